"""Where the time of a search goes (evals): the same parts as a service has, in this process, each step under a watch.

Seconds on the clock, processor seconds of this process, and those of the index process. What a step hands to threads is in its figures,
because one question is asked at a time and nothing else runs.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from typing_extensions import override

from analysis.grounding.library import Library
from analysis.grounding.passages import Passages
from analysis.retrieval.recipe import RECIPE
from analysis.retrieval.search import Search
from evals.measures.searching import WARM_UP, Body, Scoped, bodies, scopes
from evals.measures.searching_place import WORKSPACE, Placed
from ingest.embedding.local import LocalEmbedder
from proviso.ports import Vector
from proviso.types.search import DocumentHit, DocumentQuery, IndexHit, IndexQuery, ResolvedScope, Scope, StoredVectors
from proviso.wire import to_data
from records.catalog import documents
from records.catalog.catalog import Catalog
from records.index.client import EdgeIndex
from records.store.folder import FolderStore
from records.texts import Texts

SCOPE, NAMES, EMBED = "scope in the catalog", "documents by name", "embedding"
LOOK, VECTORS, CANDIDATES = "look in the workspace", "vectors of passages", "candidates"
ALL = "all"


@dataclass(slots=True)
class Watch:
    """Seconds by step: on the clock, of this process, of the index process; and how often."""

    index: psutil.Process | None = None
    spent: dict[str, list[float]] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)

    @contextlib.contextmanager
    def on(self, step: str) -> Iterator[None]:
        before = self._now()
        yield
        row = self.spent.setdefault(step, [0.0, 0.0, 0.0])
        for place, (then, now) in enumerate(zip(before, self._now(), strict=True)):
            row[place] += now - then
        self.times[step] = self.times.get(step, 0) + 1

    def rows(self, count: int) -> dict[str, dict[str, float]]:
        """Milliseconds of a search by step; what the steps leave of the whole is "the rest"."""
        spent = dict(self.spent)
        whole = spent.pop(ALL)
        spent["the rest"] = [all_ - sum(row[place] for row in spent.values()) for place, all_ in enumerate(whole)]
        spent[ALL] = whole
        return {
            step: dict(
                zip(("ms", "cpu_ms", "index_cpu_ms"), (round(1000 * each / count, 2) for each in row), strict=True)
            )
            | {"times": round(self.times.get(step, count) / count, 2)}
            for step, row in spent.items()
        }

    def clear(self) -> None:
        self.spent.clear()
        self.times.clear()

    def _now(self) -> tuple[float, float, float]:
        theirs = self.index.cpu_times() if self.index else None
        return time.perf_counter(), time.process_time(), theirs.user + theirs.system if theirs else 0.0


class WatchedIndex(EdgeIndex):
    """The embedded index with a watch on what a search asks of it."""

    watch: Watch

    @override
    async def search(self, query: IndexQuery) -> list[IndexHit]:
        with self.watch.on(LOOK if query.limit == RECIPE.workspace_candidates else CANDIDATES):
            return await super().search(query)

    @override
    async def documents(self, query: DocumentQuery) -> list[DocumentHit]:
        with self.watch.on(NAMES):
            return await super().documents(query)

    @override
    async def vectors(self, workspace: str, ids: Sequence[str]) -> dict[str, StoredVectors]:
        with self.watch.on(VECTORS):
            return await super().vectors(workspace, ids)


class WatchedEmbedder(LocalEmbedder):
    """The packaged embedder with a watch on questions."""

    watch: Watch

    @override
    async def embed_query(self, text: str) -> Vector:
        with self.watch.on(EMBED):
            return await super().embed_query(text)


@dataclass(frozen=True, slots=True)
class Desk:
    """A search as the route has it."""

    catalog: Catalog
    passages: Passages
    watch: Watch

    async def ask(self, body: Body) -> None:
        with self.watch.on(ALL):
            with self.watch.on(SCOPE):
                scope = await self.catalog.read(documents.resolve_scope, _scope(body))
            await self._find(body, scope)

    async def _find(self, body: Body, scope: ResolvedScope) -> None:
        found = await self.passages.hits(body["query"], scope, body["limit"])
        for hit in found.items:
            to_data(hit)


async def measure(data_dir: Path, placed: Placed, questions: Iterator[str], count: int) -> dict[str, Any]:
    """Milliseconds by step, for new and for repeated questions of every scope."""
    found: dict[str, Any] = {}
    async with _desk(data_dir) as desk:
        for name, scope in scopes(placed).items():
            found[name] = await _measured(desk, scope, questions, count)
    return found


async def _measured(desk: Desk, scope: Scoped, questions: Iterator[str], count: int) -> dict[str, Any]:
    rows = {}
    for body in bodies(scope, questions, WARM_UP):
        await desk.ask(body)
    asked = bodies(scope, questions, count)
    for kind in ("new", "repeated"):
        desk.watch.clear()
        for body in asked:
            await desk.ask(body)
        rows[kind] = desk.watch.rows(count)
    return rows


@contextlib.asynccontextmanager
async def _desk(data_dir: Path) -> AsyncIterator[Desk]:
    watch, embedder = Watch(), WatchedEmbedder()
    embedder.watch = watch
    index = await WatchedIndex.open(data_dir / "index", embedder.dimensions, embedder.name)
    assert isinstance(index, WatchedIndex)
    index.watch, watch.index = watch, psutil.Process(index.owner_pid)
    catalog = Catalog.open(f"sqlite:///{data_dir / 'catalog.sqlite'}")
    texts = Texts(FolderStore(data_dir / "store"))
    try:
        yield Desk(catalog, Passages(Library(texts), Search(index, embedder)), watch)
    finally:
        catalog.close()
        await index.close()


def _scope(body: Body) -> Scope:
    ids = tuple(body["document_ids"]) if "document_ids" in body else None
    return Scope(WORKSPACE, body.get("collection", "default"), ids)
