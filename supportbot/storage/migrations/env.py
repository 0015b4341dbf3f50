"""Alembic's environment: runs the migrations on the connection and inside the transaction that `migrate` opened."""

from __future__ import annotations

from alembic import context

from supportbot.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a column by copying its table
)
with context.begin_transaction():
    context.run_migrations()
