"""Bringing the catalog's schema up to date (floor 2): at open, in one transaction, safe when two open at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from proviso.errors import CatalogUnavailable
from records.catalog.engine import writing

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_KEY = 0x70726F76
"""Any number, as long as every Proviso takes the same advisory lock on Postgres."""


def migrate(engine: Engine) -> None:
    """Upgrade to the newest schema; a no-op on an up-to-date one. Whoever comes second waits, then finds it done."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        if _revision(connection) == ScriptDirectory.from_config(config).get_current_head():
            return
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise CatalogUnavailable(
                f"The catalog was written by a newer Proviso (schema {_revision(connection)}). "
                "Use that version, or start with another PROVISO_DATA_DIR."
            ) from error


def _revision(connection: Connection) -> Any:
    return MigrationContext.configure(connection).get_current_revision()
