"""`python -m evals.spans` (evals): do the boxes of a span cover its words, and nothing else?

Random spans over all PDFs of a folder. pdfium is asked, apart from the parser, for the characters whose middle lies inside the boxes of a
span; they must be those of its words, whatever their order, white space and hyphens aside. Spans are cut to whole words, since boxes are.
It exits with 1 when a box leaves its page.
"""

from __future__ import annotations

import argparse
import ctypes
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from evals.checks.boxes import page_faults, random_spans
from evals.documents import REPOSITORY
from evals.results import machine, save, table
from ingest.parsing import registry
from ingest.parsing.kinds import PDF
from ingest.parsing.pdf_chars import frame_of
from ingest.parsing.pdf_open import open_page
from proviso.boxes import Box, PageWords, boxes_of
from proviso.errors import FileError
from proviso.text import Span
from proviso.types.documents import Parsed

DATA = REPOSITORY.parent / "shared" / "data"
OUT = REPOSITORY / "build" / "evals" / "spans.json"
ASIDE = "-\u2010\u00ad\ufffe\x02"
TOLERANCE_PT = 0.75
SHOWN = 15
FEW_SIGNS = 2
"""Up to so many characters too many or too few are told apart from whole words."""


@dataclass(slots=True)
class Failure:
    """A span whose boxes hold other characters than its words: which are missing, which are too many."""

    file: str
    page: int
    start: int
    end: int
    kind: str
    missing: str
    extra: str


@dataclass(slots=True)
class Measured:
    """What was tried, and what failed."""

    tried: int = 0
    files: int = 0
    outside: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


class PageOfChars:
    """All printed characters of a page with the middles of their boxes, read without the parser."""

    def __init__(self, document: pdfium.PdfDocument, number: int) -> None:
        page = open_page(document, number - 1)
        frame = frame_of(page)
        textpage = page.get_textpage()
        self.chars: list[tuple[str, float, float]] = []
        rect = raw.FS_RECTF()
        for at in range(raw.FPDFText_CountChars(textpage.raw)):
            shown = chr(raw.FPDFText_GetUnicode(textpage.raw, at))
            if (
                not shown.isspace()
                and shown not in ASIDE
                and raw.FPDFText_GetLooseCharBox(textpage.raw, at, ctypes.byref(rect))
            ):
                x0, y0, x1, y1 = frame.box(rect.left, rect.bottom, rect.right, rect.top)
                self.chars.append((shown, (x0 + x1) / 2, (y0 + y1) / 2))
        textpage.close()
        page.close()

    def inside(self, boxes: Sequence[Box]) -> Counter[str]:
        """The characters whose middle lies in one of the boxes, each once."""
        t = TOLERANCE_PT
        return Counter(
            shown
            for shown, x, y in self.chars
            if any(x0 - t <= x <= x1 + t and y0 - t <= y <= y1 + t for x0, y0, x1, y1 in boxes)
        )


def whole_words(span: Span, words: PageWords) -> Span | None:
    """The span from the first to the last word that it touches on the page."""
    hit = [at for at in range(len(words)) if words.starts[at] < span.end and span.start < words.ends[at]]
    return Span(min(words.starts[at] for at in hit), max(words.ends[at] for at in hit)) if hit else None


def measure(path: Path, parsed: Parsed, spans: Sequence[Span], found: Measured) -> None:
    """Tries the spans of one file."""
    by_page: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        for page, words in zip(parsed.pages, parsed.words, strict=True):
            touched = whole_words(span, words) if page.start < span.end and span.start < page.end else None
            if touched is not None:
                by_page[page.number].append(touched)
    document = pdfium.PdfDocument(path)
    try:
        for number, asked in sorted(by_page.items()):
            chars = PageOfChars(document, number)
            for span in asked:
                found.tried += 1
                _try(path, parsed, number, span, chars, found)
    finally:
        document.close()


def _try(path: Path, parsed: Parsed, number: int, span: Span, chars: PageOfChars, found: Measured) -> None:
    boxes = boxes_of(parsed.words[number - 1], span.start, span.end)
    assert boxes is not None
    found.outside += [f"{path.name}: {fault.detail}" for fault in page_faults(boxes, parsed.pages[number - 1])]
    wanted = Counter(ch for ch in span.of(parsed.text) if not ch.isspace() and ch not in ASIDE)
    shown = chars.inside(boxes.boxes)
    missing, extra = "".join((wanted - shown).elements()), "".join((shown - wanted).elements())
    if missing or extra:
        kind = _kind(missing, extra)
        found.failures.append(Failure(path.name, number, span.start, span.end, kind, missing[:80], extra[:80]))


def _kind(missing: str, extra: str) -> str:
    if missing and extra:
        return "other characters"
    few = len(missing or extra) <= FEW_SIGNS
    if missing:
        return "a character or two missing" if few else "words missing"
    return "a character or two too many" if few else "words too many"


def documents_in(folder: Path) -> Iterator[tuple[Path, Parsed]]:
    """Every PDF below a folder that can be read and has text."""
    for path in sorted(folder.rglob("*.pdf")):
        try:
            parsed = registry.parse(path, PDF, path.name, None)
        except FileError:
            continue
        if parsed.text:
            yield path, parsed


def result_of(found: Measured) -> dict[str, Any]:
    """The measurement as JSON data."""
    kinds = Counter(each.kind for each in found.failures)
    return {
        "machine": machine(),
        "files": found.files,
        "spans_on_pages": found.tried,
        "covered": found.tried - len(found.failures),
        "share": round(1 - len(found.failures) / found.tried, 5) if found.tried else None,
        "outside": found.outside[:100],
        "kinds": dict(kinds.most_common()),
        "by_file": dict(Counter(each.file for each in found.failures).most_common()),
        "failures": [
            {
                "file": each.file,
                "page": each.page,
                "span": [each.start, each.end],
                "kind": each.kind,
                "missing": each.missing,
                "extra": each.extra,
            }
            for each in found.failures[:500]
        ],
    }


def report(result: dict[str, Any]) -> str:
    """The result for people."""
    rows: list[list[object]] = [
        ["files", result["files"]],
        ["spans, one a page they touch", result["spans_on_pages"]],
        ["boxes hold the words and nothing else", result["covered"]],
        ["share", f"{result['share']:.3%}" if result["share"] is not None else "–"],
        ["boxes that leave their page", len(result["outside"])],
    ]
    rows += [[f"failed: {kind}", number] for kind, number in result["kinds"].items()]
    lines = [
        f"  {each['file'][:36]} p{each['page']} {each['kind']}: missing {each['missing']!r}, too many {each['extra']!r}"
        for each in result["failures"][:SHOWN]
    ]
    return "\n".join([table(["spans and boxes", "number"], rows), *lines])


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.spans`."""
    parser = argparse.ArgumentParser(prog="python -m evals.spans", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DATA, help="PDFs, also below it (default: %(default)s)")
    parser.add_argument("--spans", type=int, default=10_000, help="random spans in all (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=3, help="seed of the random spans (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    folder = options.folder if options.folder.is_dir() else REPOSITORY / "samples"
    found = Measured()
    documents = list(documents_in(folder))
    weights = [len(parsed.text) ** 0.5 for _, parsed in documents]
    chosen = Counter(Random(options.seed).choices(range(len(documents)), weights, k=options.spans)) if documents else {}
    for at, (path, parsed) in enumerate(documents):
        found.files += 1
        spans = random_spans(len(parsed.text), chosen[at], f"{options.seed}/{path.name}")
        measure(path, parsed, spans, found)
    result = {"folder": folder.name, "spans": options.spans, "seed": options.seed} | result_of(found)
    save(options.out, result)
    print(report(result))
    print(f"\nwritten: {options.out}")
    return 1 if result["outside"] else 0


if __name__ == "__main__":
    sys.exit(main())
