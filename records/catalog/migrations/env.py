"""Alembic's entry point (floor 2): runs revisions on the connection and in the transaction of `migrate`."""

from __future__ import annotations

from alembic import context

from records.catalog.tables import metadata

# Both databases run DDL in transactions, once SQLite's driver is kept from committing by itself (`engine.py`).
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
