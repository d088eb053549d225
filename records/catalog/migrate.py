"""Bringing the catalog's schema up to date (floor 2): at open, in one transaction, safe when two open at once.

Whether there is anything to do is asked without Alembic, which takes 0.4 s to load: most starts find the schema as it should be.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from records.catalog.engine import faults, make_engine, writing

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_KEY = 0x70726F76
"""Any number, as long as every Proviso takes the same advisory lock on Postgres."""


def migrate(engine: Engine) -> None:
    """Upgrade to the newest schema; a no-op on an up-to-date one. Whoever comes second waits, then finds it done."""
    with writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        found = revision(connection)
        if found != head():
            importlib.import_module("records.catalog.upgrading").upgrade(connection, MIGRATIONS, found)


def is_current(url: str) -> bool:
    """Whether the catalog at `url`, which is there, has the newest schema; it is left as it is."""
    engine = make_engine(url)
    try:
        with faults(engine), engine.connect() as connection:
            return revision(connection) == head()
    finally:
        engine.dispose()


def head() -> str:
    """The newest revision: files of revisions begin with their number."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def revision(connection: Connection) -> str | None:
    """The revision that the schema has; None while there is no schema."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
