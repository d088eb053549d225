"""`python -m evals.variants` (evals): the same contracts as PDF, scan, DOCX and HTML: how many labelled quotes are found, and where.

A quote is resolved as a model's quote would be. In formats with pages it must stand on the labelled page; in the others it must be
found. Scans are read with Tesseract where it is installed, else every page of theirs must be named as unread.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.evidence.source import SourceDocument
from evals.documents import CONTRACTS, REPOSITORY, TrueQuote
from evals.labelled import Judged, judge
from evals.reading import parser_pool
from evals.recognising import read_with_ocr
from evals.results import machine, save, table
from proviso.errors import FileError
from proviso.settings import Settings
from proviso.types.documents import Parsed
from proviso.types.search import ReadableDocument

DATA = CONTRACTS.parents[1]
OUT = REPOSITORY / "build" / "evals" / "variants.json"
FORMS = ("pdf", "scanned-pdf", "docx", "html")


@dataclass(slots=True)
class Form:
    """What one form of the contracts gave."""

    documents: int = 0
    blocks: int = 0
    sections: int = 0
    unread_pages: int = 0
    failed: list[str] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)

    @property
    def right(self) -> list[Judged]:
        """Found, and on a labelled page where there are pages."""
        return [each for each in self.judged if _is_right(each)]


async def measure(data: Path, forms: Sequence[str], *, ocr: bool) -> dict[str, Form]:
    """Every form of the contracts that has variants."""
    rows = [json.loads(line) for line in (data / "variants" / "qa.jsonl").read_text(encoding="utf-8").splitlines()]
    plain = [json.loads(line) for line in (data / "cuad" / "pdf_qa.jsonl").read_text(encoding="utf-8").splitlines()]
    named = {Path(row["source_doc"]).stem for row in rows}
    rows += [row | {"format": "pdf"} for row in plain if Path(row["doc"]).stem in named]
    pool = parser_pool(Settings())
    found = {form: Form() for form in forms}
    try:
        for form in forms:
            own = [row for row in rows if row["format"] == form]
            for document in dict.fromkeys(row["doc"] for row in own):
                try:
                    parsed = await read_with_ocr(pool, data / document, ocr=ocr)
                except FileError as error:
                    found[form].failed.append(f"{document}: {error.code}")
                    continue
                _take(found[form], parsed, [row for row in own if row["doc"] == document])
    finally:
        await pool.close()
    return found


def _take(form: Form, parsed: Parsed, rows: Sequence[dict[str, Any]]) -> None:
    source = SourceDocument.of(_readable(rows[0]["doc"], parsed), parsed.text, parsed.pages, parsed.sections)
    form.documents += 1
    form.blocks += len(parsed.blocks)
    form.sections += len(parsed.sections)
    form.unread_pages += len({page for each in parsed.warnings if each.code == "needs_ocr" for page in each.pages})
    for row in rows:
        for number, answer in enumerate(row["answers"]):
            quote = TrueQuote(
                f"{row['id']}/{number}", Path(row["doc"]).name, answer["text"], tuple(answer.get("pages") or ())
            )
            form.judged.append(judge(quote, source)[0])


def _is_right(judged: Judged) -> bool:
    if judged.quote.pages:
        return judged.page in judged.quote.pages
    return judged.state in ("exact", "normalised")


def _readable(name: str, parsed: Parsed) -> ReadableDocument:
    return ReadableDocument(
        name, name, 1, name, Path(name).name, "default", len(parsed.text), 0, len(parsed.pages) or None
    )


def result_of(found: dict[str, Form]) -> dict[str, Any]:
    """The findings as JSON data."""
    return {
        form: {
            "documents": each.documents,
            "blocks": each.blocks,
            "sections": each.sections,
            "unread_pages": each.unread_pages,
            "failed": each.failed,
            "quotes": len(each.judged),
            "exact": sum(judged.state == "exact" for judged in each.judged),
            "normalised": sum(judged.state == "normalised" for judged in each.judged),
            "partial": sum(judged.state == "partial" for judged in each.judged),
            "right": len(each.right),
            "share": round(len(each.right) / len(each.judged), 4) if each.judged else None,
            "misses": [
                {"id": miss.quote.id, "kind": miss.kind, "detail": miss.detail, "quote": miss.quote.text[:300]}
                for miss in each.judged
                if not _is_right(miss)
            ],
        }
        for form, each in found.items()
    }


def report(result: dict[str, Any]) -> str:
    """The result for people."""
    names = (
        "documents",
        "blocks",
        "sections",
        "unread_pages",
        "quotes",
        "exact",
        "normalised",
        "partial",
        "right",
        "share",
    )
    rows = [[form, *(each[name] for name in names)] for form, each in result.items()]
    misses = [
        f"  {form}: {miss['kind'] or 'not found'}: {miss['detail'][:80]}: {miss['quote'][:90]!r}"
        for form, each in result.items()
        for miss in each["misses"][:6]
    ]
    return "\n".join([table(["form", *names], rows), *misses])


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.variants`."""
    parser = argparse.ArgumentParser(prog="python -m evals.variants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "data", nargs="?", type=Path, default=DATA, help="folder that holds variants/ (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    parser.add_argument("--no-ocr", action="store_true", help="leave pages without text unread")
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=FORMS, help="forms to measure (default: all)")
    options = parser.parse_args(arguments)
    if not (options.data / "variants" / "qa.jsonl").is_file():
        print(f"There is no folder variants in {options.data}; give the folder of the shared data.")
        return 2
    result = result_of(asyncio.run(measure(options.data, options.forms, ocr=not options.no_ocr)))
    save(options.out, {"machine": machine(), "ocr": not options.no_ocr, "forms": result})
    print(report(result))
    print(f"\nwritten: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
