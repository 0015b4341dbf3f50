"""Every cadence, what is asked, quiet hours, answers, nudges, communities' own prompts, and who delivers.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NEW_TABLES = {
    "answers": (
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("occurrence_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.UniqueConstraint("occurrence_id", name="uq_answers_occurrence_id"),
    ),
    "nudges": (
        sa.Column("person_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_nudges"),
    ),
    "community_prompts": (
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_community_prompts"),
    ),
    "leases": (
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    ),
}


def upgrade() -> None:
    for name, parts in _NEW_TABLES.items():
        op.create_table(name, *parts)
    op.create_index("ix_answers_person_id", "answers", ["person_id", "at"])
    op.create_index("ix_community_prompts_community_id", "community_prompts", ["community_id"])
    _members()
    _plans()
    _deliveries()


def _members() -> None:
    for column in (
        sa.Column("quiet", sa.LargeBinary()),
        sa.Column("vacation", sa.LargeBinary()),
        sa.Column("notice", sa.Text()),
        sa.Column("catch_up", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("sign_at", sa.BigInteger()),
    ):
        op.add_column("members", column)
    op.execute(
        "UPDATE members SET sign_at = COALESCE("
        "(SELECT MAX(deliveries.changed_at) FROM deliveries"
        " JOIN occurrences ON occurrences.id = deliveries.occurrence_id JOIN plans ON plans.id = occurrences.plan_id"
        " WHERE plans.person_id = members.person_id AND deliveries.state = 'answered'), created_at)"
    )


def _plans() -> None:
    for column in (
        sa.Column("weekdays", sa.Text()),
        sa.Column("every", sa.Integer()),
        sa.Column("starts_on", sa.Text()),
        sa.Column("month_day", sa.Integer()),
        sa.Column("ends_on", sa.Text()),
        sa.Column("asks", sa.Text(), nullable=False, server_default="mood"),
        sa.Column("words", sa.LargeBinary()),
        sa.Column("discreet", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("paused_until", sa.BigInteger()),
        sa.Column("paused", sa.Text()),
        sa.Column("turn", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("plans", column)
    # Until now only somebody who could not be reached had a paused plan.
    op.execute("UPDATE plans SET paused = 'closed_dm' WHERE state = 'paused'")


def _deliveries() -> None:
    """A delivery knows whose it is and when it is due by itself: not every kind has an occurrence."""
    for index in ("ix_deliveries_wake_at", "ix_deliveries_settled", "ix_deliveries_occurrence_id"):
        op.drop_index(index, "deliveries")
    for column in (
        sa.Column("kind", sa.Text(), nullable=False, server_default="checkin"),
        sa.Column("person_id", sa.BigInteger()),
        sa.Column("due", sa.BigInteger()),
        sa.Column("turn", sa.Integer()),
        sa.Column("merged_into", sa.Text()),
    ):
        op.add_column("deliveries", column)
    op.execute(
        "UPDATE deliveries SET due = (SELECT due FROM occurrences WHERE occurrences.id = deliveries.occurrence_id),"
        " person_id = (SELECT plans.person_id FROM plans JOIN occurrences ON occurrences.plan_id = plans.id"
        " WHERE occurrences.id = deliveries.occurrence_id)"
    )
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("occurrence_id", existing_type=sa.Text(), nullable=True)
        deliveries.alter_column("person_id", existing_type=sa.BigInteger(), nullable=False)
        deliveries.alter_column("due", existing_type=sa.BigInteger(), nullable=False)
    is_open, is_settled = sa.text("wake_at IS NOT NULL"), sa.text("wake_at IS NULL")
    op.create_index("ix_deliveries_wake_at", "deliveries", ["wake_at"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index(
        "ix_deliveries_settled", "deliveries", ["changed_at"], sqlite_where=is_settled, postgresql_where=is_settled
    )
    op.create_index("ix_deliveries_occurrence_id", "deliveries", ["occurrence_id"])
    op.create_index("ix_deliveries_person_id", "deliveries", ["person_id"])
