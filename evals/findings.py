"""Reads documents, keeps them as the service would, and gathers what the checks say of what was kept (evals)."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.evidence.locate import pages_of
from analysis.evidence.source import SourceDocument
from evals.checks.boxes import boxed_chars, page_faults, random_spans, span_faults, word_faults
from evals.checks.chunks import Fault, chunk_faults
from evals.documents import TrueQuote
from evals.labelled import Judged, judge
from evals.reading import Read, Timed, Unreadable, parser_pool, read_files
from ingest.embedding.local import LocalEmbedder
from proviso.boxes import decode
from proviso.settings import Settings
from proviso.text import Span
from proviso.types.answers import Evidence
from proviso.types.documents import Page
from proviso.types.search import ReadableDocument
from records.store.folder import FolderStore
from records.texts import Texts


@dataclass(slots=True)
class Findings:
    """What was counted and what was found wrong, by file."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    timed: Timed = field(default_factory=Timed)

    def add(self, file: str, faults: Iterable[Fault]) -> None:
        self.faults += ((file, fault) for fault in faults)


@dataclass(frozen=True, slots=True)
class Probing:
    """How many random spans are asked for per document, and the seed that chooses them."""

    spans: int
    seed: int


async def findings_of(paths: Sequence[Path], truth: Sequence[TrueQuote], probing: Probing) -> Findings:
    """Everything there is to say about the files."""
    found, embedder, pool = Findings(), LocalEmbedder(), parser_pool(Settings())
    try:
        with tempfile.TemporaryDirectory(prefix="proviso-eval-") as folder:
            texts = Texts(FolderStore(Path(folder)))
            async for read in read_files(paths, pool, found.timed):
                if isinstance(read, Unreadable):
                    found.unreadable.append(read)
                    continue
                await texts.save(read.version_id, read.parsed, read.chunks)
                await _check_chunks(read, texts, embedder, found)
                await _check_boxes(read, texts, probing, found)
                await _judge(read, texts, [quote for quote in truth if quote.filename == read.path.name], found)
    finally:
        await pool.close()
    return found


async def _check_chunks(read: Read, texts: Texts, embedder: LocalEmbedder, found: Findings) -> None:
    kept, chunks = await texts.read(read.version_id), await texts.chunks(read.version_id)
    if kept.text != read.parsed.text or chunks != read.chunks:
        found.add(read.path.name, [Fault("kept", "what was kept is not what was read")])
    faults = chunk_faults(kept.text, chunks, kept.structure.pages, embedder.count_tokens, embedder.max_tokens)
    found.add(read.path.name, faults)
    found.counts.update(files=1, chunks=len(chunks), chars=len("".join(kept.text.split())))


async def _check_boxes(read: Read, texts: Texts, probing: Probing, found: Findings) -> None:
    name, id_ = read.path.name, read.version_id
    kept, chunks = await texts.read(id_), await texts.chunks(id_)
    text, pages = kept.text, kept.structure.pages
    if not pages:
        return
    words = decode(await texts.boxes(id_))
    by_page = {page.page: page for page in words}
    spans = [Span(chunk.start, chunk.end) for chunk in chunks]
    spans += random_spans(len(text), probing.spans, f"{probing.seed}/{name}")
    found.add(name, word_faults(text, pages, words))
    for span in spans:
        found.add(name, span_faults(text, pages, by_page, span))
    found.counts.update(pages=len(pages), spans=len(spans))
    found.counts.update(paged_chars=len("".join(text.split())), boxed_chars=boxed_chars(text, words))


async def _judge(read: Read, texts: Texts, quotes: Sequence[TrueQuote], found: Findings) -> None:
    """The labelled quotes of a file; what they resolve to must have its boxes too."""
    name, kept = read.path.name, await texts.read(read.version_id)
    title, pages = read.parsed.title or name, kept.structure.pages
    document = ReadableDocument(name, name, 1, title, name, "default", len(kept.text), 0, len(pages))
    source = SourceDocument.of(document, kept.text, pages, kept.structure.sections, await texts.boxes(read.version_id))
    for quote in quotes:
        judged, evidence = judge(quote, source)
        found.judged.append(judged)
        found.add(name, _evidence_faults(evidence, pages))


def _evidence_faults(evidence: Evidence, pages: Sequence[Page]) -> Iterable[Fault]:
    if evidence.start is None or evidence.end is None:
        return
    touched = pages_of(Span(evidence.start, evidence.end), pages)
    if [each.page for each in evidence.pages] != [page.number for page in touched]:
        yield Fault("empty", f"evidence at [{evidence.start}, {evidence.end}) has no boxes on a page it touches")
        return
    for boxes, page in zip(evidence.pages, touched, strict=True):
        yield from page_faults(boxes, page)
