"""Scopes, index points, queries and hits (floor 0)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Scope:
    """What a request may read, as asked: one collection, the whole workspace (`collection` None), or named documents."""

    workspace: str
    collection: str | None = "default"
    document_ids: tuple[str, ...] | None = None
    filter: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadableDocument:
    """A live version a request may read. `version_id` is internal; `version` is the number users see."""

    document_id: str
    version_id: str
    version: int
    title: str
    filename: str
    collection: str
    chars: int
    tokens: int
    pages: int | None
    unread_pages: tuple[int, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ResolvedScope:
    """A scope looked up in the catalog: what can be read now, and what cannot yet or ever (document ids)."""

    workspace: str
    documents: tuple[ReadableDocument, ...]
    not_ready: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    within: Within | None = None
    """The same for the index, where that is shorter than naming every version."""


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Words as numbers: token ids in ascending order, and the weight of each."""

    tokens: tuple[int, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """The versions a query reads, by their ids: those in `only`, or with None every version of the workspace; never those in `without`.

    Naming thousands costs more than the search itself, so a whole workspace is said by `only=None` and the few that do not belong.
    """

    only: tuple[str, ...] | None
    without: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether no version at all can be read."""
        return self.only is not None and not set(self.only).difference(self.without)


@dataclass(frozen=True, slots=True)
class IndexPoint:
    """A chunk as the index keeps it. `text` (header and words) feeds the sparse vector, stemmed by `language`; neither is stored."""

    id: str
    workspace: str
    document_id: str
    version_id: str
    chunk: int
    start: int
    end: int
    section: str
    heading: str
    page_start: int | None
    page_end: int | None
    dense: Sequence[float]
    text: str
    language: str | None
    """ISO 639 code as ingest found it; None is read as English."""


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """One hybrid query: dense and sparse candidates, `limit` of each, from the versions `within`. Without words only vectors count."""

    workspace: str
    within: Within
    dense: Sequence[float]
    words: SparseVector
    limit: int


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """What the index holds of a chunk: its unit vector and its weighted words, in 32-bit floats."""

    dense: Sequence[float]
    words: SparseVector


@dataclass(frozen=True, slots=True)
class DocumentPoint:
    """A version as the index knows it by name, for routing. `names` and `opening` feed sparse vectors and are not stored."""

    id: str
    workspace: str
    document_id: str
    version_id: str
    names: str
    """The words of file name and title."""
    opening: str
    """The first 1,500 characters or so."""
    aliases: tuple[str, ...]
    """What the document is called, as written: file stem, title, parties and their quoted short names."""
    language: str | None


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """Which documents a question names: the `limit` best by their names and the `limit` best by their opening."""

    workspace: str
    within: Within
    words: SparseVector
    limit: int


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """A document that shares words with a question, with its raw scores (BM25 over the documents of the workspace); 0.0 is no word."""

    document_id: str
    version_id: str
    aliases: tuple[str, ...]
    names: float
    opening: float


@dataclass(frozen=True, slots=True)
class IndexHit:
    """A candidate with its raw scores: cosine, BM25; None where that list did not hold it."""

    id: str
    document_id: str
    version_id: str
    chunk: int
    start: int
    end: int
    section: str
    heading: str
    page_start: int | None
    page_end: int | None
    dense: float | None
    sparse: float | None


@dataclass(frozen=True, slots=True)
class IndexState:
    """What the index says of itself: `kind` "embedded" or "server", number of points, and where it is."""

    kind: str
    points: int
    place: str


@dataclass(frozen=True, slots=True)
class Scores:
    dense: float | None
    sparse: float | None
    document: float | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A document that a question names, and by what: `title`, `file_name`, `party` or `words` of its opening."""

    document_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result as API.md has it: a chunk span with its fused score."""

    document_id: str
    version: int
    title: str
    chunk_id: str
    start: int
    end: int
    page_start: int | None
    page_end: int | None
    section: str
    heading: str
    text: str
    score: float
    scores: Scores
