"""Alembic at work on the catalog (floor 2): loaded only when there is something to upgrade."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from proviso.errors import CatalogUnavailable


def upgrade(connection: Connection, migrations: Path, found: str | None) -> None:
    """Upgrade the schema behind `connection`, whose revision is `found`, to the newest."""
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise CatalogUnavailable(
            f"The catalog was written by a newer Proviso (schema {found}). "
            "Use that version, or start with another PROVISO_DATA_DIR."
        ) from error
