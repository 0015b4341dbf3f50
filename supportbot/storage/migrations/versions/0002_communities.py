"""Communities: settings, their own helplines, remembered countries, checked helplines.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT, BIG = sa.Text(), sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "communities",
        sa.Column("community_id", BIG, nullable=False, autoincrement=False),
        sa.Column("region", TEXT),
        sa.Column("staff_channel_id", BIG),
        sa.Column("changed_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_communities")),
    )
    _own_helplines()
    op.create_table(
        "member_regions",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("region", sa.LargeBinary(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_regions")),
        sa.UniqueConstraint("person_id", name=op.f("uq_member_regions_person_id")),
    )
    op.create_table(
        "helpline_checks",
        sa.Column("helpline_id", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("checked_on", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("helpline_id", name=op.f("pk_helpline_checks")),
    )


def _own_helplines() -> None:
    op.create_table(
        "community_helplines",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("community_id", BIG, nullable=False),
        sa.Column("region", TEXT),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("service", TEXT, nullable=False),
        sa.Column("phone", TEXT),
        sa.Column("text", TEXT),
        sa.Column("chat_url", TEXT),
        sa.Column("web_url", TEXT),
        sa.Column("hours", TEXT, nullable=False),
        sa.Column("languages", TEXT, nullable=False),
        sa.Column("note", TEXT),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("added_at", BIG, nullable=False),
        sa.Column("approved_at", BIG),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_helplines")),
    )
    op.create_index(op.f("ix_community_helplines_community_id"), "community_helplines", ["community_id"])
    op.create_table(
        "helpline_signatures",
        sa.Column("helpline_id", TEXT, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("helpline_id", "act", name=op.f("pk_helpline_signatures")),
        sa.ForeignKeyConstraint(
            ["helpline_id"],
            ["community_helplines.id"],
            name=op.f("fk_helpline_signatures_helpline_id_community_helplines"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_helpline_signatures_person_id"), "helpline_signatures", ["person_id"])
