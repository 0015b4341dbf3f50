"""Which moderator changed what: a chain of entries a community, its head, and who acted beside it.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXT, BIG = sa.Text(), sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("community_id", BIG, nullable=False, autoincrement=False),
        sa.Column("number", BIG, nullable=False, autoincrement=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("key_id", TEXT, nullable=False),
        sa.Column("mark", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "number", name=op.f("pk_audit")),
    )
    op.create_table(
        "audit_actors",
        sa.Column("community_id", BIG, nullable=False, autoincrement=False),
        sa.Column("number", BIG, nullable=False, autoincrement=False),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "number", name=op.f("pk_audit_actors")),
        sa.ForeignKeyConstraint(
            ["community_id", "number"],
            ["audit.community_id", "audit.number"],
            name=op.f("fk_audit_actors_community_id_audit"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_audit_actors_person_id"), "audit_actors", ["person_id"])
    op.create_table(
        "audit_heads",
        sa.Column("community_id", BIG, nullable=False, autoincrement=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("mark", TEXT, nullable=False),
        sa.Column("purged", BIG, nullable=False),
        sa.Column("purged_mark", TEXT, nullable=False),
        sa.Column("key_id", TEXT, nullable=False),
        sa.Column("seal", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_audit_heads")),
    )
