"""The first tables.

Revision ID: 0001
Revises: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT, BIG = sa.Text(), sa.BigInteger()


def upgrade() -> None:
    _the_program()
    _people()
    _plans()
    _deliveries()


def _key(table: str) -> list[sa.schema.SchemaItem]:
    return [sa.Column("id", TEXT, nullable=False), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def _belongs_to(table: str, column: str, other: str) -> list[sa.schema.SchemaItem]:
    name = op.f(f"fk_{table}_{column}_{other}")
    return [
        sa.Column(column, TEXT, nullable=False),
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE"),
    ]


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _the_program() -> None:
    op.create_table(
        "app_state",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_app_state")),
    )


def _people() -> None:
    op.create_table(
        "members",
        *_key("members"),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("zone", sa.LargeBinary(), nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.UniqueConstraint("person_id", name=op.f("uq_members_person_id")),
    )
    op.create_table(
        "consents",
        *_key("consents"),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("community_id", BIG),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("text_version", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("how", TEXT, nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("entry", BIG, nullable=False),
    )
    _index("consents", "person_id")
    op.create_table(
        "dm_channels",
        sa.Column("person_id", BIG, nullable=False, autoincrement=False),
        sa.Column("channel_id", BIG, nullable=False),
        sa.Column("last_message_id", BIG),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_dm_channels")),
    )


def _plans() -> None:
    op.create_table(
        "plans",
        *_key("plans"),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("community_id", BIG),
        sa.Column("cadence", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("changed_at", BIG, nullable=False),
    )
    _index("plans", "person_id")
    op.create_table(
        "plan_slots",
        *_key("plan_slots"),
        *_belongs_to("plan_slots", "plan_id", "plans"),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("retired_at", BIG),
    )
    _index("plan_slots", "plan_id")


def _deliveries() -> None:
    op.create_table(
        "occurrences",
        *_key("occurrences"),
        *_belongs_to("occurrences", "plan_id", "plans"),
        *_belongs_to("occurrences", "slot_id", "plan_slots"),
        sa.Column("local_date", TEXT, nullable=False),
        sa.Column("due", BIG, nullable=False),
        sa.UniqueConstraint("plan_id", "slot_id", "local_date", name=op.f("uq_occurrences_plan_id_slot_id_local_date")),
    )
    _index("occurrences", "plan_id")
    _index("occurrences", "slot_id")
    op.create_table(
        "deliveries",
        *_key("deliveries"),
        *_belongs_to("deliveries", "occurrence_id", "occurrences"),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("wake_at", BIG),
        sa.Column("window_ends", BIG, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", BIG),
        sa.Column("channel_id", BIG),
        sa.Column("message_id", BIG),
        sa.Column("search_after", BIG),
        sa.Column("reason", TEXT),
        sa.Column("changed_at", BIG, nullable=False),
    )
    _index("deliveries", "occurrence_id")
    op.create_index(
        op.f("ix_deliveries_wake_at"),
        "deliveries",
        ["wake_at"],
        sqlite_where=sa.text("wake_at IS NOT NULL"),
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )
