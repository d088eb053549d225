"""Which index is in use (floor 2): its number, and the embedder whose vectors it holds. One row says so, for every process.

A version is made live only together with a look at that row, and the row changes only when the coming index holds every version that
is live at that moment: so an index that is in use lacks nothing, whatever happens at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, insert, inspect, select, update
from sqlalchemy.orm import Session

from proviso.types.documents import DocumentWarning
from proviso.wire import to_data
from records.catalog import changes, lifecycle
from records.catalog.engine import faults, make_engine
from records.catalog.tables import documents, index_in_use, versions
from records.catalog.versioning import touch, update_version


@dataclass(frozen=True, slots=True)
class Generation:
    """An index, by its number. `setting` is what PROVISO_EMBEDDER must be for it, without keys."""

    number: int
    embedder: str
    dimensions: int
    setting: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a live version is called: of all that a version's points say, what can change."""

    filename: str
    title: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the catalog has to be told of a live version when another index is put to use: its chunks, and the warnings that follow from
    the embedder, which take the place of those with this code."""

    chunks: int
    code: str
    warnings: Sequence[DocumentWarning] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """`current` False: another index is in use, and nothing was done. `retired`: the version that the new one takes the place of."""

    current: bool
    retired: str | None = None


def in_use(session: Session) -> Generation | None:
    """None: no service of this version has run yet."""
    return _read(session)


def claim(session: Session, found: Generation) -> Generation:
    """The index in use; `found`, where nothing says yet which that is."""
    there = _read(session)
    if there is None:
        session.execute(insert(index_in_use).values(id=1, **_columns(found)))
    return there or found


def publish_in(session: Session, version_id: str, chunks: int, number: int) -> Published:
    """`lifecycle.publish` of a version whose points are in the index `number`, if that is the one in use."""
    there = _read(session, shared=True)
    if there is not None and there.number != number:
        return Published(current=False)
    return Published(current=True, retired=lifecycle.publish(session, version_id, chunks))


def known(session: Session) -> dict[str, Known]:
    """Every live version: what an index must hold."""
    title = func.coalesce(documents.c.title, versions.c.title, versions.c.filename)
    query = select(versions.c.id, versions.c.filename, title).join(
        documents, documents.c.live_version_id == versions.c.id
    )
    found = session.execute(query.where(documents.c.status != "deleting"))
    return {version_id: Known(filename, title) for version_id, filename, title in found}


def switch(session: Session, coming: Generation, seen: Mapping[str, Known], told: Mapping[str, Told]) -> bool:
    """`coming` is the index in use from this commit on. False, and nothing is done, when what is live is not what was `seen` by who
    filled it."""
    there = _read(session, mine=True)
    changes.hold(session)
    if known(session) != seen:
        return False
    if there is None:
        claim(session, coming)
    session.execute(update(index_in_use).values(**_columns(coming)))
    _tell(session, told)
    return True


def peek(url: str) -> Generation | None:
    """`in_use` of the catalog at `url`, which is left as it is, and not made. Raises CatalogUnavailable."""
    engine = make_engine(url)
    if engine.dialect.name == "sqlite" and not Path(str(engine.url.database)).exists():
        return None
    try:
        with faults(engine), Session(engine) as session:
            return _read(session) if inspect(session.connection()).has_table(index_in_use.name) else None
    finally:
        engine.dispose()


def _read(session: Session, *, shared: bool = False, mine: bool = False) -> Generation | None:
    """`shared`: it stays so until this transaction ends; `mine`: nobody else may even hold it so. (SQLite has one writer anyway.)"""
    query = select(index_in_use)
    if shared or mine:
        query = query.with_for_update(read=shared)
    row = session.execute(query).mappings().one_or_none()
    return Generation(row["number"], row["embedder"], row["dimensions"], row["setting"]) if row else None


def _tell(session: Session, told: Mapping[str, Told]) -> None:
    query = select(
        versions.c.id.label("version_id"), versions.c.chunks, versions.c.warnings, documents.c.id, documents.c.status
    ).add_columns(documents.c.workspace, documents.c.collection)
    query = query.join(documents, versions.c.id == documents.c.live_version_id)
    for row in session.execute(query.where(documents.c.status != "deleting")).mappings().all():
        if (fresh := told.get(row["version_id"])) is None:
            continue
        warnings = [each for each in row["warnings"] if each["code"] != fresh.code] + to_data(list(fresh.warnings))
        if (row["chunks"], row["warnings"]) != (fresh.chunks, warnings):
            update_version(session, row["version_id"], chunks=fresh.chunks, warnings=warnings)
            touch(session, row, row["status"])


def _columns(generation: Generation) -> dict[str, object]:
    return {name: getattr(generation, name) for name in ("number", "embedder", "dimensions", "setting")}
