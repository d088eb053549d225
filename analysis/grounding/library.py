"""Reading documents for a request (floor 4): kept texts by document, and the same folded for finding quotes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from analysis.context.findings import Findings
from analysis.evidence.fold import FoldedText
from analysis.evidence.source import SourceDocument
from proviso.types.search import ReadableDocument
from records.texts import KeptText, Texts

FOLDED_CHARS = 16_000_000
"""Folded text kept in memory, in characters over all versions (about 250 contracts; a character costs some 6 bytes)."""

FINDINGS_BYTES = 16_000_000
"""What documents define and refer to, kept in memory over all versions: about 400 contracts."""


class Library:
    """Opens documents. A version never changes, so what was folded or listed once is kept while there is room."""

    def __init__(self, texts: Texts, *, findings_bytes: int = FINDINGS_BYTES) -> None:
        self._texts = texts
        self._most_findings_bytes = findings_bytes
        self._folded: OrderedDict[str, FoldedText] = OrderedDict()
        self._chars = 0
        self._findings: OrderedDict[str, Findings] = OrderedDict()
        self._findings_bytes = 0

    async def read(self, documents: Iterable[ReadableDocument]) -> dict[str, KeptText]:
        """Kept texts by document id."""
        return {document.document_id: await self._texts.read(document.version_id) for document in documents}

    async def outlines(self, documents: Iterable[ReadableDocument]) -> dict[str, KeptText]:
        """The same, perhaps without blocks: for who shows spans. Read side by side."""
        wanted = {document.document_id: document.version_id for document in documents}
        kept = await asyncio.gather(*map(self._texts.outline, wanted.values()))
        return dict(zip(wanted, kept, strict=True))

    async def findings(self, documents: Iterable[ReadableDocument]) -> dict[str, Findings]:
        """What documents define and refer to, by document id."""
        return {each.document_id: await self._found_in(each.version_id) for each in documents}

    async def open(self, document: ReadableDocument) -> SourceDocument:
        """The document ready for resolving quotes."""
        kept = await self._texts.read(document.version_id)
        folded = self._folded.get(document.version_id)
        if folded is None:
            starts = [page.start for page in kept.structure.pages]
            folded = await asyncio.to_thread(FoldedText, kept.text, starts)
            self._keep(document.version_id, folded)
        else:
            self._folded.move_to_end(document.version_id)
        boxes = await self._texts.boxes(document.version_id) if kept.structure.pages else None
        return SourceDocument(document, folded, kept.structure.pages, kept.structure.sections, boxes)

    def _keep(self, version_id: str, folded: FoldedText) -> None:
        if version_id in self._folded:
            return
        self._folded[version_id] = folded
        self._chars += len(folded.text)
        while self._chars > FOLDED_CHARS and len(self._folded) > 1:
            self._chars -= len(self._folded.popitem(last=False)[1].text)

    async def _found_in(self, version_id: str) -> Findings:
        kept = self._findings.get(version_id)
        if kept is not None:
            self._findings.move_to_end(version_id)
            return kept
        found = Findings.of(await self._texts.details(version_id))
        if version_id not in self._findings:
            self._findings[version_id] = found
            self._findings_bytes += found.memory_bytes
        while self._findings_bytes > self._most_findings_bytes and len(self._findings) > 1:
            self._findings_bytes -= self._findings.popitem(last=False)[1].memory_bytes
        return found
