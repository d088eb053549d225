"""How the catalog talks to its database (floor 2): engine, SQLite's settings, and faults said in a sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from proviso.errors import CatalogUnavailable

BUSY_MS = 15_000
"""How long a writer waits for another process that holds SQLite's write lock."""

CONNECT_S = 10
WRITES = "proviso_writes"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…`; nothing is opened yet."""
    place = _place(url)
    if place.get_backend_name() == "sqlite":
        engine = create_engine(place, connect_args={"timeout": BUSY_MS / 1000})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(place, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_S})


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that will write: on SQLite they take the write lock at once, so that none fails
    half-way because another process wrote since it began to read."""
    return engine.execution_options(**{WRITES: True})


@contextlib.contextmanager
def faults(engine: Engine) -> Iterator[None]:
    """Database errors that mean "not now" or "not there" become CatalogUnavailable; our own mistakes stay what they
    are."""
    try:
        yield
    except PoolTimeout as error:
        raise CatalogUnavailable(f"{_named(engine)} is too busy. Try again in a moment.") from error
    except OperationalError as error:
        raise CatalogUnavailable(_sentence(engine, error)) from error
    except DBAPIError as error:
        if error.connection_invalidated or "not a database" in str(error.orig):
            raise CatalogUnavailable(_sentence(engine, error)) from error
        raise


def _place(url: str) -> URL:
    if url.startswith("sqlite:///"):
        return make_url(url)
    if url.partition("://")[0].partition("+")[0] in {"postgresql", "postgres"}:
        try:
            return make_url(f"postgresql+psycopg://{url.partition('://')[2]}")
        except (ArgumentError, ValueError):
            pass  # the sentence below says it without repeating the password that the URL may hold
    raise CatalogUnavailable("PROVISO_DATABASE_URL must be sqlite:///path or postgresql://user:password@host/database.")


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: it would do so too late, and not before DDL.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _named(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return f"The catalog {engine.url.database}"
    return f"The catalog database {engine.url.host or 'localhost'}:{engine.url.port or 5432}/{engine.url.database}"


def _sentence(engine: Engine, error: DBAPIError) -> str:
    reason = " ".join(str(error.orig).split())
    if "locked" in reason:
        return f"{_named(engine)} is locked by another process. Stop it, or wait until it is done, then try again."
    if "full" in reason and engine.dialect.name == "sqlite":
        return f"{_named(engine)} cannot grow: the disk is full. Free some space, then try again."
    return f"{_named(engine)} cannot be used: {reason}"
