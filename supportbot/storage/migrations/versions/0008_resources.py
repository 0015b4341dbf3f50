"""Communities' resources with their history, what else is set for a community, and which roles help to look after it.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def _community() -> sa.Column[int]:
    return sa.Column("community_id", sa.BigInteger(), nullable=False, autoincrement=False)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.Text(), nullable=False)


_NEW_TABLES = {
    "community_roles": (
        _community(),
        sa.Column("role_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("may", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "role_id", "may", name="pk_community_roles"),
    ),
    "resources": (
        _community(),
        _id(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("cost", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("chat_url", sa.Text()),
        sa.Column("web_url", sa.Text()),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Text()),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("interest", sa.Text()),
        sa.Column("checked_on", sa.Text()),
        sa.Column("review_by", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name="pk_resources"),
    ),
    "resource_versions": (
        _community(),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.Text()),
        sa.Column("import_id", sa.Text()),
        sa.PrimaryKeyConstraint("community_id", "resource_id", "version", name="pk_resource_versions"),
    ),
    "resource_imports": (
        _id(),
        _community(),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_resource_imports"),
    ),
    "resource_suggestions": (
        _id(),
        _community(),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_resource_suggestions"),
    ),
    "resource_feedback": (
        _community(),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("helpful", sa.Integer(), nullable=False),
        sa.Column("outdated", sa.Integer(), nullable=False),
        sa.Column("outdated_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("community_id", "resource_id", name="pk_resource_feedback"),
    ),
    "resource_links": (
        _community(),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "resource_id", "url", name="pk_resource_links"),
    ),
}


def upgrade() -> None:
    for name, parts in _NEW_TABLES.items():
        op.create_table(name, *parts)
    op.create_index("ix_resource_versions_import_id", "resource_versions", ["import_id"])
    for table in ("resource_imports", "resource_suggestions"):
        op.create_index(f"ix_{table}_community_id", table, ["community_id", "at"])
    for column in (
        sa.Column("languages", sa.Text(), nullable=False, server_default=""),
        sa.Column("handover", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("talk_channel_id", sa.BigInteger()),
        sa.Column("duty_role_id", sa.BigInteger()),
        sa.Column("duty_after", sa.Integer()),
        sa.Column("nudge_channel_id", sa.BigInteger()),
        sa.Column("summary", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("summary_at", sa.BigInteger()),
        sa.Column("link_check", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("setup_step", sa.Text()),
    ):
        op.add_column("communities", column)
