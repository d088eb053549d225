"""True quotes of real documents with the place of each (evals): labelled spans of texts, and stretches of PDFs as our ingestion reads them.

A quote of a PDF is a paragraph's sentence, a row of a table, or a sentence that goes on behind a page break: then its words
are those before and after the break, and its place includes the page's furniture between them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from analysis.evidence.fold import FoldedText
from ingest.parsing import registry
from ingest.parsing.kinds import PDF
from proviso.errors import FileError
from proviso.text import Span, canonical
from proviso.types.documents import Block, Parsed

LABELS = ("cuad", "contractnli", "specs")
LEAST_WORDS, MOST_WORDS = 6, 120
SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z(“\"])")
CUT_NUMBER = re.compile(r"^\d[.,]\d$")
SHARES = {"cuad": 0.35, "contractnli": 0.2, "specs": 0.05, "pdf": 0.25, "pdf table": 0.06, "pdf page break": 0.09}


@dataclass(frozen=True, slots=True)
class Source:
    """A document: its canonical text, folded."""

    name: str
    folded: FoldedText

    @property
    def text(self) -> str:
        return self.folded.text


@dataclass(frozen=True, slots=True)
class Truth:
    """Words that stand in a source, and where. `quote` differs from the stretch only at a page break."""

    source: Source
    span: Span
    quote: str
    origin: str


def labelled(data: Path, name: str) -> Iterator[Truth]:
    """The labelled spans of a set of texts, each stretch once."""
    sources: dict[str, Source] = {}
    seen: set[tuple[str, int, int]] = set()
    for line in (data / name / "qa.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        file = str(row.get("text_doc", row["doc"]))
        for answer in row["answers"]:
            key = file, answer.get("start", -1), answer.get("end", -1)
            if key[1] < 0 or key in seen or not LEAST_WORDS <= len(answer["text"].split()) <= MOST_WORDS:
                continue
            seen.add(key)
            if file not in sources:
                sources[file] = Source(file, FoldedText(canonical((data / file).read_text(encoding="utf-8"))))
            span = Span(key[1], key[2])
            if span.of(sources[file].text) == answer["text"] and not cuts_a_word(span, sources[file].text):
                yield Truth(sources[file], span, answer["text"], name)


def of_pdf(path: Path) -> Iterator[Truth]:
    """Sentences, rows of tables and sentences across page breaks of one PDF; none where it cannot be read."""
    try:
        parsed = registry.parse(path, PDF, path.name, None)
    except FileError:
        return
    source = Source(path.name, FoldedText(parsed.text, [page.start for page in parsed.pages]))
    for block in parsed.blocks:
        yield from _of_block(block, source)
    yield from _across_pages(parsed, source)


def gathered(data: Path, pdfs: Sequence[Path], number: int, seed: int) -> list[Truth]:
    """`number` truths, shares by origin, in an order of chance; more of the labelled texts where an origin has too few."""
    pools: dict[str, list[Truth]] = {origin: [] for origin in SHARES}
    for name in LABELS:
        pools[name] = list(labelled(data, name))
    for path in pdfs:
        for truth in of_pdf(path):
            pools[truth.origin].append(truth)
    rng = Random(seed)
    chosen: list[Truth] = []
    for origin, share in SHARES.items():
        rng.shuffle(pools[origin])
        chosen += pools[origin][: round(share * number)]
    spare = [truth for origin in LABELS for truth in pools[origin][round(SHARES[origin] * number) :]]
    rng.shuffle(spare)
    chosen += spare[: max(0, number - len(chosen))]
    rng.shuffle(chosen)
    return chosen


def cuts_a_word(span: Span, text: str) -> bool:
    """Some labels begin or end within a word ("pon Sanofi's exercise"): no reader quotes so, and none is verified."""
    cuts = (text[max(0, at - 1) : at + 1] for at in (span.start, span.end))
    in_a_word = any(len(pair) > 1 and pair[0].isalnum() and pair[1].isalnum() for pair in cuts)
    return in_a_word or CUT_NUMBER.search(text[max(0, span.end - 2) : span.end + 1]) is not None


def _of_block(block: Block, source: Source) -> Iterator[Truth]:
    if block.kind == "table_row":
        yield from _truth(Span(block.start, block.end), source, "pdf table")
    elif block.kind in {"paragraph", "list_item"}:
        start = block.start
        cuts = [match.end() for match in SENTENCE.finditer(source.text, block.start, block.end)]
        for end in (*cuts, block.end):
            yield from _truth(Span(start, end), source, "pdf")
            start = end


def _across_pages(parsed: Parsed, source: Source) -> Iterator[Truth]:
    """The last sentence of a page and the first of the next, where one goes on in the other."""
    body = [block for block in parsed.blocks if block.kind in {"paragraph", "list_item"}]
    by_page: dict[int, list[Block]] = {}
    for block in body:
        by_page.setdefault(block.page or 0, []).append(block)
    for number, blocks in by_page.items():
        following = by_page.get(number + 1)
        if not following:
            continue
        last, first = max(blocks, key=lambda block: block.end), min(following, key=lambda block: block.start)
        head, tail = source.text[last.start : last.end].rstrip(), source.text[first.start : first.end].lstrip()
        if not re.search(r"[a-z,]$", head) or not re.match(r"[a-z]", tail):
            continue
        start = last.start + max([0, *(match.end() for match in SENTENCE.finditer(head))])
        stop = first.start + min([len(tail), *(match.start() for match in SENTENCE.finditer(tail))])
        quote = f"{source.text[start : last.end].strip()} {source.text[first.start : stop].strip()}"
        if LEAST_WORDS <= len(quote.split()) <= MOST_WORDS:
            yield Truth(source, Span(start, stop), quote, "pdf page break")


def _truth(span: Span, source: Source, origin: str) -> Iterator[Truth]:
    words = span.of(source.text)
    quote = words.strip()
    start = span.start + len(words) - len(words.lstrip())
    letters = sum(ch.isalpha() for ch in quote)
    if LEAST_WORDS <= len(quote.split()) <= MOST_WORDS and letters > len(quote) / 3:
        yield Truth(source, Span(start, start + len(quote)), quote, origin)
