"""Quotes of a reply tied to their sources (floor 4): in the document the model named, else in any other of the context."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.evidence.locate import evidence_of, locate
from analysis.evidence.resolve import UNVERIFIED
from analysis.evidence.source import SourceDocument
from analysis.grounding.library import Library
from proviso.errors import NotFound
from proviso.text import Span
from proviso.types.answers import Evidence
from proviso.types.search import ReadableDocument


def unverified(n: int, quote: str, document: ReadableDocument) -> Evidence:
    """A quote that no text was there to be found in."""
    source = SourceDocument.of(document, "")
    return locate(n, quote, UNVERIFIED, source)


class Quotes:
    """Resolves the quotes of one reply: `labels` are those of its context ("D1"), `passages` what it showed by document id."""

    def __init__(
        self, library: Library, labels: Mapping[str, ReadableDocument], passages: Mapping[str, Sequence[Span]]
    ) -> None:
        self._library = library
        self._labels = labels
        self._passages = passages

    async def resolve(self, n: int, quote: str, label: str) -> Evidence:
        """Evidence for a quote; `unverified` when no document of the context holds it. The context must hold a document."""
        labels = self._labels
        named = labels.get(label.strip().upper())
        first = named or next(iter(labels.values()))
        others = [document for document in labels.values() if document is not first]
        evidence = await self._look(n, quote, first)
        for document in others if evidence.state == "unverified" else ():
            elsewhere = await self._look(n, quote, document)
            if elsewhere.state != "unverified":
                return elsewhere
        return replace(evidence, quote=quote)

    async def _look(self, n: int, quote: str, document: ReadableDocument) -> Evidence:
        try:
            source = await self._library.open(document)
        except NotFound:  # deleted while the model was asked
            return unverified(n, quote, document)
        prefer = self._passages.get(document.document_id, ())
        return await asyncio.to_thread(evidence_of, n, quote, source, prefer=prefer)
