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


@dataclass(frozen=True, slots=True)
class ResolvedScope:
    """A scope looked up in the catalog: what can be read now, and what cannot yet or ever (document ids)."""

    workspace: str
    documents: tuple[ReadableDocument, ...]
    not_ready: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexPoint:
    """A chunk as the index keeps it. `text` (header and words) feeds the sparse vector and is not stored."""

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


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """One hybrid query: dense and sparse candidates, `limit` of each, from the versions named."""

    workspace: str
    version_ids: tuple[str, ...]
    dense: Sequence[float]
    text: str
    limit: int


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
