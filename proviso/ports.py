"""The seams of Proviso (floor 0): Protocols that implementations satisfy without inheriting; contract suites in `tests/contracts/`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Protocol

from proviso.types.chat import ChatDelta, ChatRequest, Completion
from proviso.types.search import IndexHit, IndexPoint, IndexQuery, IndexState

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
    """Chunks by vector and by words. Raises IndexUnavailable when it cannot be asked, Locked when another process holds it."""

    async def upsert(self, points: Sequence[IndexPoint]) -> None:
        """Write points (same id overwrites). Acknowledged points survive a kill -9."""

    async def search(self, query: IndexQuery) -> list[IndexHit]:
        """Union of the `limit` best dense and `limit` best sparse candidates, each with the scores it has; no fusion here."""

    async def delete(self, workspace: str | None, version_ids: Sequence[str]) -> None:
        """Delete the points of versions; workspace None is for orphans, whose workspace nobody knows any more."""

    async def count(self, version_id: str) -> int:
        """Points of one version: for the count check before it becomes live."""

    async def counts(self) -> dict[str, int]:
        """Points per version id, over all workspaces: for finding orphans at the start."""

    async def state(self) -> IndexState: ...

    async def close(self) -> None: ...


class Embedder(Protocol):
    """Texts to unit vectors. `max_tokens` is the model's own limit by its own tokenizer; a longer text is refused, not cut."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    @property
    def max_tokens(self) -> int: ...

    def count_tokens(self, text: str) -> int: ...

    async def embed(self, texts: Sequence[str]) -> list[Vector]: ...

    async def embed_query(self, text: str) -> Vector:
        """One question; longer than `max_tokens` is cut to its first words."""


class ChatModel(Protocol):
    """A gpt-oss behind an OpenAI-compatible server. Raises the Llm* errors, ContextOverflow, PromptTruncated."""

    async def complete(self, request: ChatRequest) -> Completion: ...

    def stream(self, request: ChatRequest) -> AsyncIterator[ChatDelta]: ...


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
