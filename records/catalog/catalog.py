"""The catalog, opened (floor 2): work is a plain function `(session, …)`, run in one transaction in a thread of ours.

This is the only place where catalog work meets threads. What the work does is said beside the tables it touches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from records.catalog.engine import faults, make_engine, writing
from records.catalog.migrate import migrate
from records.catalog.snapshots import INFO_KEY, Snapshots

P = ParamSpec("P")
T = TypeVar("T")
READERS = 4
WRITERS = 4


class Catalog:
    """`read` and `write` from the event loop, `read_now` and `write_now` from anywhere else."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = sessionmaker(engine, expire_on_commit=False, info={INFO_KEY: Snapshots()})
        self._writing = sessionmaker(writing(engine), expire_on_commit=False)
        # SQLite has one writer: our own writes queue here in order, instead of racing for its lock.
        writers = 1 if engine.dialect.name == "sqlite" else WRITERS
        self._readers = ThreadPoolExecutor(READERS, "catalog-read")
        self._writers = ThreadPoolExecutor(writers, "catalog-write")

    @classmethod
    def open(cls, url: str) -> Catalog:
        """Open the catalog at `url` and bring its schema up to date. Raises CatalogUnavailable."""
        engine = make_engine(url)
        try:
            with faults(engine):
                migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work(session, …)` in a transaction that must not write."""
        call = partial(self.read_now, work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._readers, call)

    async def write(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work(session, …)` in one transaction: all of it is durable when this returns, or none of it happened."""
        call = partial(self.write_now, work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._writers, call)

    def read_now(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with faults(self._engine), self._reading() as session:
            return work(session, *args, **kwargs)

    def write_now(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with faults(self._engine), self._writing.begin() as session:
            return work(session, *args, **kwargs)

    def close(self) -> None:
        """Let running work end, then let go of the database."""
        self._readers.shutdown()
        self._writers.shutdown()
        self._engine.dispose()
