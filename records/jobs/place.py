"""Where the job engine keeps its tables (floor 2). On SQLite that is a file of its own, beside the catalog: a file has
one writer at a time, the engine writes and polls on connections of its own, and its tables are migrated by itself.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import psycopg

from proviso.errors import CatalogUnavailable

CONNECT_S = 10


class FullySynchronous(sqlite3.Connection):
    """A commit is on the disk when it returns, also in WAL mode, however SQLite was compiled."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute("PRAGMA synchronous=FULL")


def prepare(url: str) -> dict[str, Any]:
    """See that the database answers, switch an SQLite file to WAL (which it then remembers), and return what the
    engine's connections need. Raises CatalogUnavailable with a sentence."""
    if not url.startswith("sqlite:///"):
        return _prepare_postgres(url)
    path = url.removeprefix("sqlite:///")
    try:
        connection = sqlite3.connect(path, timeout=CONNECT_S)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise CatalogUnavailable(f"The job records in {path} cannot be used: {error}.") from error
    return {"connect_args": {"factory": FullySynchronous}}


def _prepare_postgres(url: str) -> dict[str, Any]:
    plain = f"postgresql://{url.partition('://')[2]}"
    try:
        psycopg.connect(plain, connect_timeout=CONNECT_S).close()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise CatalogUnavailable(f"The database of the job records cannot be reached: {reason}") from error
    return {}
