"""Contexts built in this process over a data folder that a service has filled (evals): `POST /v1/context` with any share for closure."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.context.choosing import CLOSURE_SHARE
from analysis.context.layout import Prompt
from analysis.context.planner import AskMode, Limits
from analysis.context.tokens import Tokens
from analysis.grounding.contexts import Contexts, Planned, Wishes
from analysis.grounding.library import Library
from analysis.retrieval.search import Naming, Results, Search
from evals.documents import REPOSITORY
from evals.retrieval.asking import desk
from evals.retrieval.corpora import Corpus
from ingest.embedding.local import LocalEmbedder
from proviso.types.search import ReadableDocument, ResolvedScope, Scope
from records.catalog import documents
from records.catalog.catalog import Catalog
from records.index.client import EdgeIndex
from records.store.folder import FolderStore
from records.texts import Texts

WORKSPACE = "local"
KEPT = REPOSITORY / "build" / "evals" / "context"
SEARCHED = REPOSITORY / "build" / "evals" / "retrieval"
WINDOW = 131_072
FULL_TOKENS = 32_000
EVIDENCE_TOKENS = 24_000
PROMPT = ("Answer from the documents.", "If they do not say, say so.")


@dataclass(frozen=True, slots=True)
class Way:
    """How a context is asked for. `closure`: the share of the budget for it; `within`: in the scope of its document, else of the whole
    collection."""

    mode: AskMode
    evidence_tokens: int
    closure: float
    within: bool


@dataclass(frozen=True, slots=True)
class Remembering:
    """Search that is asked once for each question: contexts that differ in closure alone are made of the same hits."""

    search: Search
    known: dict[tuple[str, int, int], Results] = field(default_factory=dict)

    async def find(self, question: str, scope: ResolvedScope, limit: int) -> Results:
        key = question, hash(scope.documents), limit
        if key not in self.known:
            self.known[key] = await self.search.find(question, scope, limit)
        return self.known[key]

    async def named(self, question: str, scope: ResolvedScope) -> Naming:
        return await self.search.named(question, scope)


@dataclass(frozen=True, slots=True)
class Place:
    """A filled folder, opened: its documents by file name, and contexts by their share for closure."""

    files: dict[str, ReadableDocument]
    everything: ResolvedScope
    library: Library
    contexts: dict[float, Contexts]
    search: Search

    async def build(self, question: str, file: str, way: Way) -> Planned:
        """The context of a question. Raises ScopeTooLarge when `full` is asked for and cannot be."""
        document = self.files[file]
        scope = ResolvedScope(WORKSPACE, (document,)) if way.within else self.everything
        wishes = Wishes((question,), "medium", way.mode, None, way.evidence_tokens)
        prompt = Prompt(PROMPT[0], question, PROMPT[1])
        return await self.contexts[way.closure].build(scope, prompt, wishes)


def filled(corpus: Corpus, root: Path, *, fresh: bool = False) -> Path:
    """The data folder of a corpus with every document ready: kept from before, copied from `evals.retrieval`, or made now."""
    folder, searched = KEPT / root.parent.name / corpus.name, SEARCHED / root.parent.name / corpus.name
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    elif not folder.is_dir() and searched.is_dir():
        shutil.copytree(searched, folder, ignore=shutil.ignore_patterns("serve.json"))
    with desk(corpus, folder):
        return folder


@contextlib.asynccontextmanager
async def place(
    folder: Path, window: int = WINDOW, shares: Sequence[float] = (CLOSURE_SHARE, 0.0), *, remember: bool = False
) -> AsyncIterator[Place]:
    """`folder`, opened as the service opens it, for reading. No service may run on it. `remember`: search once for each question."""
    embedder, tokens = LocalEmbedder(), Tokens()
    index = await EdgeIndex.open(folder / "index", embedder.dimensions, embedder.name)
    catalog = Catalog.open(f"sqlite:///{folder / 'catalog.sqlite'}")
    try:
        library, search = Library(Texts(FolderStore(folder / "store"))), Search(index, embedder)
        finder = Remembering(search) if remember else search
        limits = Limits(window, FULL_TOKENS, EVIDENCE_TOKENS)
        scope = await catalog.read(documents.resolve_scope, Scope(WORKSPACE, None))
        contexts = {share: Contexts(library, finder, tokens, limits, closure_share=share) for share in shares}
        yield Place({each.filename: each for each in scope.documents}, scope, library, contexts, search)
    finally:
        catalog.close()
        await index.close()
