"""`python -m evals.scans` (evals): scanned pages through OCR as an upload would go, against what is known to stand on them.

Scanned contracts are measured against the text layer of the same contract (letters that differ, words in common) and by their labelled
quotes: found at all, in which state, on the right page. A few scans with a text beside them follow. What was recognised is kept under
build/, with the processor time it took, so that layout can be measured again without reading a page twice.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.evidence.source import SourceDocument
from evals.documents import REPOSITORY, true_quotes
from evals.labelled import Judged, judge, summary
from evals.letters import error_rate, word_f1
from evals.results import machine, save, table
from ingest.parsing import ocr, registry
from ingest.parsing.kinds import PDF
from proviso.boxes import encode
from proviso.types.documents import Parsed
from proviso.types.search import ReadableDocument

SHARED = REPOSITORY.parent / "shared" / "data"
OUT = REPOSITORY / "build" / "evals" / "scans.json"
KEPT = REPOSITORY / "build" / "evals" / "scans"
SCANNED, ORIGINAL, QUOTES = "variants/scanned", "cuad/pdf", "variants/qa.jsonl"
FEW_CHARS = 60
"""A page of the original with less text than this is a picture there too: nothing to compare with."""
WITH_TEXT = {
    "robust/ocrmypdf/linn.pdf": "robust/ocrmypdf/linn.txt",
    "robust/ocrmypdf/skew.pdf": "robust/ocrmypdf/linn.txt",
    "robust/docling/ocr_test.pdf": "robust/docling/ocr_test.tesseract.full_page.md",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was read: letters wrong, words in common with the truth, confidence of the words, seconds of processor time."""

    file: str
    number: int
    error_rate: float | None
    word_f1: float | None
    confidence: float
    lean: float
    cpu_s: float


def recognised(path: Path, pages: Sequence[int], languages: str, kept: Path) -> tuple[Path, dict[int, float]]:
    """A folder of the recognised pages of a file, and the processor seconds each took; pages that are there are not read again."""
    folder = kept / f"{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}-{languages}"
    folder.mkdir(parents=True, exist_ok=True)
    times = folder / "seconds.json"
    seconds = {int(page): spent for page, spent in json.loads(times.read_text()).items()} if times.is_file() else {}
    for page in pages:
        target = folder / str(page)
        if not target.is_file():
            before = _cpu_s()
            target.write_bytes(registry.recognise(path, PDF, page, None, languages))
            seconds[page] = round(_cpu_s() - before, 2)
            times.write_text(json.dumps(seconds))
    return folder, seconds


def read(path: Path, languages: str, kept: Path) -> tuple[Parsed, Path, dict[int, float]]:
    """A file read as the pipeline does it: once, and again with its unread pages recognised."""
    first = registry.parse(path, PDF, path.name, None)
    pages = [page for warning in first.warnings if warning.code == "needs_ocr" for page in warning.pages]
    folder, seconds = recognised(path, pages, languages, kept)
    return registry.parse(path, PDF, path.name, None, folder), folder, seconds


def pages_of(file: str, parsed: Parsed, truth: Sequence[str], folder: Path, seconds: dict[int, float]) -> list[Page]:
    """Each recognised page against its truth, where there is one."""
    out = []
    for page in parsed.pages:
        kept = folder / str(page.number)
        if not kept.is_file():
            continue
        found = ocr.read_recognised(kept.read_bytes())
        text, true = parsed.text[page.start : page.end], truth[page.number - 1] if truth else ""
        compared = len(true) >= FEW_CHARS
        wrong = round(error_rate(text, true), 4) if compared else None
        shared = round(word_f1(text, true), 4) if compared else None
        sure, cpu_s = round(found.confidence, 1), seconds.get(page.number, 0.0)
        out.append(Page(file, page.number, wrong, shared, sure, found.tilt.degrees, cpu_s))
    return out


def result_of(pages: Sequence[Page], judged: Sequence[Judged]) -> dict[str, Any]:
    rated = [page for page in pages if page.error_rate is not None]
    return {
        "machine": machine(),
        "ocr": ocr.tesseract(),
        "pages": len(pages),
        "cpu_s_per_page": _mean([page.cpu_s for page in pages if page.cpu_s]),
        "error_rate": _mean([page.error_rate for page in rated if page.error_rate is not None]),
        "word_f1": _mean([page.word_f1 for page in rated if page.word_f1 is not None]),
        "quotes": summary(judged),
        "by_page": [{name: getattr(page, name) for name in Page.__slots__} for page in pages],
    }


def report(result: dict[str, Any]) -> str:
    """The result for people."""
    rows = [
        [each["file"][:34], each["number"], each["error_rate"], each["word_f1"], each["confidence"], each["cpu_s"]]
        for each in result["by_page"]
    ]
    quotes = result["quotes"]
    states = ", ".join(f"{number} {state}" for state, number in quotes["states"].items())
    misses = [
        f"  {each['file'][:24]} p{each['pages']}: {each['kind']}: {each['detail'][:90]}" for each in quotes["misses"]
    ]
    return "\n".join(
        [
            table(["file", "page", "letters wrong", "word F1", "confidence", "CPU s"], rows),
            f"\n{result['ocr']}: {result['pages']} pages, {result['cpu_s_per_page']} s of CPU a page",
            f"letters wrong {result['error_rate']:.2%}, word F1 {result['word_f1']:.2%}",
            f"quotes: {quotes['quotes']}, page right {quotes['page_right']} ({states})",
            *misses,
        ]
    )


def _contracts(shared: Path, languages: str, kept: Path, only: str) -> tuple[list[Page], list[Judged]]:
    rows = [json.loads(line) for line in (shared / QUOTES).read_text(encoding="utf-8").splitlines()]
    quotes = true_quotes([row for row in rows if row["format"] == "scanned-pdf"])
    pages: list[Page] = []
    judged: list[Judged] = []
    for path in sorted((shared / SCANNED).glob("*.pdf")):
        if only not in path.name:
            continue
        parsed, folder, seconds = read(path, languages, kept)
        original = shared / ORIGINAL / path.name.replace(".scan.pdf", ".pdf")
        true = registry.parse(original, PDF, original.name, None)
        pages += pages_of(path.name, parsed, [true.text[page.start : page.end] for page in true.pages], folder, seconds)
        source = _source(path, parsed)
        judged += [judge(quote, source)[0] for quote in quotes if quote.filename == path.name]
    return pages, judged


def _others(shared: Path, languages: str, kept: Path, only: str) -> list[Page]:
    pages: list[Page] = []
    for name, truth in WITH_TEXT.items():
        if only in name:
            parsed, folder, seconds = read(shared / name, languages, kept)
            pages += pages_of(Path(name).name, parsed, [(shared / truth).read_text()], folder, seconds)
    return pages


def _source(path: Path, parsed: Parsed) -> SourceDocument:
    name = path.name
    document = ReadableDocument(name, name, 1, name, name, "default", len(parsed.text), 0, len(parsed.pages))
    return SourceDocument.of(document, parsed.text, parsed.pages, parsed.sections, encode(parsed.words))


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.scans`."""
    parser = argparse.ArgumentParser(prog="python -m evals.scans", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shared", type=Path, default=SHARED, help="the real documents (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    parser.add_argument(
        "--kept", type=Path, default=KEPT, help="where recognised pages are kept (default: %(default)s)"
    )
    parser.add_argument("--languages", default="eng", help="as Tesseract names them (default: %(default)s)")
    parser.add_argument("--only", default="", help="files whose names hold this")
    options = parser.parse_args(arguments)
    if not options.shared.is_dir() or ocr.tesseract() is None:
        print(f"This needs Tesseract and the documents in {options.shared}.")
        return 1
    pages, judged = _contracts(options.shared, options.languages, options.kept, options.only)
    pages += _others(options.shared, options.languages, options.kept, options.only)
    result = result_of(pages, judged)
    save(options.out, result)
    print(report(result))
    print(f"\nwritten: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
