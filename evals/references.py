"""Do cross-references lead where they should (evals)? Measured on RFC pages, whose links are the truth: `python -m evals.references`.

The code that is measured sees words only: the links of a page are read here, from the page itself.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import lxml.html

from evals.documents import CONTRACTS, REPOSITORY, media_type
from evals.results import machine, save, table
from ingest.parsing.registry import parse
from ingest.structure.structured import structured
from proviso.types.documents import Parsed, Reference

OUT = REPOSITORY / "build" / "evals" / "references.json"
DATA = CONTRACTS.parent.parent
LABEL = re.compile(r"(?:Section|Appendix)\s+[A-Z\d][\w.]*?(?=\.?$)")
NUMBER = re.compile(r"(?:Appendix\s+)?([A-Z](?:\.\d+)*|\d+(?:\.\d+)*)\.?\s")
ELSEWHERE = "elsewhere"


def truth_of(path: Path) -> dict[str, list[str]]:
    """Where each linked "Section 4.1" of a page leads, in the order of the page: a section number, or elsewhere."""
    page: Any = lxml.html.fromstring(path.read_bytes())
    found: dict[str, list[str]] = defaultdict(list)
    for link in page.xpath("//a[@href][not(ancestor::*[contains(@class,'toc')])]"):
        words = " ".join(link.text_content().split())
        label = LABEL.match(words)
        if not label or label.group() != words.rstrip("."):
            continue
        target = link.get("href")
        number = _number_at(page, target[1:]) if target.startswith("#") else ELSEWHERE
        if number:
            found[label.group()].append(number)
    return found


def _number_at(page: Any, name: str) -> str:
    """The number of the section that an anchor stands at."""
    places = page.xpath("//*[@id=$name]", name=name)
    if not places:
        return ""
    inside = places[0].xpath(
        "descendant-or-self::*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6]"
    )
    before = places[0].xpath("preceding::*[self::h2 or self::h3 or self::h4 or self::h5 or self::h6]")
    heading = inside[0] if inside else before[-1] if before else None
    found = NUMBER.match(" ".join(heading.text_content().split()) + " ") if heading is not None else None
    return found.group(1) if found else ""


def found_in(parsed: Parsed) -> dict[str, list[Reference]]:
    """The references found in words, by label, in the order of the document."""
    found: dict[str, list[Reference]] = defaultdict(list)
    for reference in parsed.references:
        label = LABEL.match(" ".join(reference.label.split()[:2]))
        if label:
            found[label.group()].append(reference)
    return found


def measured(path: Path) -> dict[str, Any]:
    """Of the linked references of a page: how many were found, and how many of them lead where the link does."""
    parsed = replace(parse(path, media_type(path), path.name, None), links=(), anchors={})
    parsed = structured(parsed, path.name)
    numbers = {(section.path, section.start): section.number for section in parsed.sections}
    truth, found = truth_of(path), found_in(parsed)
    row: dict[str, Any] = {
        "file": path.name,
        "linked": 0,
        "found": 0,
        "right": 0,
        "nowhere": 0,
        "wrong": 0,
        "which": [],
    }
    for label, targets in truth.items():
        row["linked"] += len(targets)
        for target, reference in zip(targets, _aligned(found[label], len(targets)), strict=False):
            row["found"] += 1
            reached = numbers.get((reference.target or "", reference.target_start or 0), "")
            ours = ELSEWHERE if reference.kind == "external" else re.sub(r"^Appendix\s+", "", reached).rstrip(".")
            row["right"] += ours == target
            row["nowhere"] += ours == "" != target
            row["wrong"] += ours not in (target, "")
            if ours != target:
                row["which"].append([label, target, ours])
    return row | {"recall": row["found"] / max(1, row["linked"]), "resolved": row["right"] / max(1, row["linked"])}


def _aligned(found: list[Reference], wanted: int) -> list[Reference]:
    """The last ones: what comes first and is not linked stands in a table of contents."""
    return found[max(0, len(found) - wanted) :]


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.references`."""
    parser = argparse.ArgumentParser(prog="python -m evals.references", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the shared documents (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print(f"There is no folder {options.data}; nothing to measure.")
        return 1
    rows = [measured(path) for path in sorted((options.data / "specs" / "html").glob("*.html"))]
    save(options.out, {"machine": machine(), "files": rows})
    columns = ("file", "linked", "found", "right", "nowhere", "wrong", "recall", "resolved")
    print(table(columns, [[row[name] for name in columns] for row in rows]))
    linked, right = sum(row["linked"] for row in rows), sum(row["right"] for row in rows)
    print(f"\nin all: {right} of {linked} linked references lead where their link does ({right / max(1, linked):.1%})")
    print(f"written: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
