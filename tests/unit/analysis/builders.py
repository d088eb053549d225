"""Builders for what retrieval and context are given: hits, documents, kept texts, scopes."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.retrieval.search import Found
from proviso.types.documents import Page, Section, Structure
from proviso.types.search import DocumentHit, IndexHit, ReadableDocument, ResolvedScope
from records.texts import KeptText


def a_document(
    name: str = "a", *, tokens: int = 100, chars: int = 400, unread: tuple[int, ...] = ()
) -> ReadableDocument:
    """A live document `doc_a` with version `ver_a`."""
    return ReadableDocument(
        f"doc_{name}", f"ver_{name}", 1, f"Agreement {name}", f"{name}.pdf", "default", chars, tokens, None, unread
    )


def a_hit(
    start: int,
    end: int,
    name: str = "a",
    *,
    dense: float | None = 0.5,
    sparse: float | None = 1.0,
    id: str | None = None,
) -> IndexHit:
    """A hit on `[start, end)` of document `name`."""
    key = id or f"{name}-{start:06}"
    return IndexHit(key, f"doc_{name}", f"ver_{name}", start, start, end, "", "", None, None, dense, sparse)


def a_called(name: str, *aliases: str, near: float = 1.0) -> DocumentHit:
    """Document `name` that is called so ("party:vericel"), `near` by BM25 to what is asked."""
    return DocumentHit(f"doc_{name}", f"ver_{name}", aliases, near, 0.0)


def a_find(start: int, end: int, name: str = "a", score: float = 0.5) -> Found:
    return Found(a_hit(start, end, name), a_document(name), score)


def a_section(number: str, title: str, level: int, start: int, end: int) -> Section:
    return Section(number, number, title, level, start, end)


def a_text(text: str, sections: Sequence[Section] = (), pages: Sequence[Page] = ()) -> KeptText:
    return KeptText(text, Structure((), tuple(pages), tuple(sections)))


def a_scope(
    *documents: ReadableDocument, not_ready: tuple[str, ...] = (), failed: tuple[str, ...] = ()
) -> ResolvedScope:
    return ResolvedScope("local", documents, not_ready, failed)
