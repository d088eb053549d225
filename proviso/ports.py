"""The seams of Proviso (floor 0): Protocols that implementations satisfy without inheriting; contract suites in `tests/contracts/`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Protocol

from proviso.types.chat import ChatDelta, ChatRequest, Completion
from proviso.types.prices import Price
from proviso.types.search import (
    DocumentHit,
    DocumentPoint,
    DocumentQuery,
    IndexHit,
    IndexPoint,
    IndexQuery,
    IndexState,
    SparseVector,
    StoredVectors,
)

Vector = Sequence[float]


class BlobStore(Protocol):
    """Files and texts by key (`files/<sha256>`, `versions/<id>/text`). A put is whole and durable, or has not happened."""

    async def put(self, key: str, data: bytes) -> None: ...

    async def put_file(self, key: str, path: Path) -> None:
        """Store the local file at `path` (which may be moved away). Storing a key again with the same bytes is a no-op."""

    async def get(self, key: str) -> bytes:
        """The bytes of `key`. Raises NotFound; StoreUnavailable when the store cannot be asked."""

    async def fetch(self, key: str, path: Path) -> None:
        """Write the bytes of `key` to the local file at `path`, without all of them in memory. Raises like `get`."""

    async def delete(self, prefix: str) -> int:
        """Delete every key that equals `prefix` or lies below `prefix + "/"`; returns how many."""

    async def keys(self, prefix: str) -> list[str]: ...


class VectorIndex(Protocol):
    """Chunks by vector and by words, and documents by name. Raises IndexUnavailable when it cannot be asked, Locked when another process
    holds it. Acknowledged points survive a kill -9; a point with an id that is there replaces it."""

    async def upsert(self, points: Sequence[IndexPoint]) -> None: ...

    async def upsert_documents(self, points: Sequence[DocumentPoint]) -> None:
        """One point for a version, for routing; neither counted nor found among chunks."""

    async def search(self, query: IndexQuery) -> list[IndexHit]:
        """Union of the `limit` best dense and `limit` best sparse candidates, each with the scores it has; no fusion here."""

    async def best_by_words(self, workspace: str, words: SparseVector) -> float:
        """The highest BM25 that any chunk of the workspace reaches; 0.0 when none has a word of it. A tenth of the cost of a search."""

    async def documents(self, query: DocumentQuery) -> list[DocumentHit]:
        """Union of the `limit` best by names and the `limit` best by opening, each with both scores, the best sum first."""

    async def vectors(self, workspace: str, ids: Sequence[str]) -> dict[str, StoredVectors]:
        """What is stored of chunks, by point id; ids that are not in the workspace are left out."""

    async def some(self, workspace: str, limit: int) -> list[str]:
        """Point ids of `limit` chunks of the workspace, the same each time: the first in the order of ids, which is as good as chance."""

    async def delete(self, workspace: str | None, version_ids: Sequence[str]) -> None:
        """Delete chunks and documents of versions; workspace None is for orphans, whose workspace nobody knows any more."""

    async def count(self, version_id: str) -> int:
        """Chunks of one version: for the count check before it becomes live."""

    async def counts(self) -> dict[str, int]:
        """Chunks per version id, over all workspaces, 0 where only the document's own point is there: for finding orphans at the start."""

    async def state(self) -> IndexState: ...

    async def close(self) -> None: ...


class Embedder(Protocol):
    """Texts to unit vectors. A longer text than `max_tokens` is refused, not cut. `name` changes with everything that makes vectors
    incomparable: model, dimensions, and the instructions that the model wants before questions and passages."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """What the model's own limit leaves to a text after the instruction before a passage, by `count_tokens`."""

    @property
    def languages(self) -> frozenset[str] | None:
        """The languages that the model speaks (ISO 639-1); None: many, or not known."""

    def count_tokens(self, text: str) -> int: ...

    async def embed(self, texts: Sequence[str]) -> list[Vector]: ...

    async def embed_query(self, text: str) -> Vector:
        """One question; longer than `max_tokens` is cut to its first words."""


class Reranker(Protocol):
    """A second opinion on candidates: reads the question together with each text. Raises RerankUnavailable."""

    @property
    def name(self) -> str: ...

    async def rerank(self, question: str, texts: Sequence[str]) -> list[float]:
        """One finite score for each text, in their order; higher is better, on the model's own scale. No texts: nothing is asked."""

    async def close(self) -> None: ...


class ChatModel(Protocol):
    """A gpt-oss behind an OpenAI-compatible server. Raises the Llm* errors, ContextOverflow, PromptTruncated."""

    async def complete(self, request: ChatRequest) -> Completion: ...

    def stream(self, request: ChatRequest) -> AsyncIterator[ChatDelta]: ...

    def price(self, model: str | None) -> Price | None:
        """What a model takes (None: the default one), if the settings say."""


class Job(Protocol):
    """The durable script's view of its run. A step that has finished is never run again; one that was cut may be."""

    @property
    def id(self) -> str: ...

    def step(self, name: str, work: Callable[..., Coroutine[Any, Any, Any]], *args: Any) -> Any:
        """Run `work(*args)` on the application's event loop as a recorded step; returns its JSON result."""


JobScript = Callable[[Job, str], None]
"""A plain function (job, subject id) run in a worker thread; everything asynchronous goes through `job.step`."""


class Jobs(Protocol):
    """Durable jobs by queue. Enqueueing an id again is a no-op."""

    async def enqueue(self, queue: str, job_id: str, subject: str) -> None: ...

    async def cancel(self, job_id: str) -> None: ...

    async def unfinished(self, queue: str) -> set[str]:
        """Ids of jobs that are queued or running."""
