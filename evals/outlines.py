"""Are section trees right (evals)? Specifications against their own tables of contents, the forms of one contract against each other,
and contracts printed to be read by eye: `python -m evals.outlines [--tree NAME]`.

A table of contents is read here from the lines of the file itself, not with the code that is measured.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html

from evals.documents import CONTRACTS, REPOSITORY, media_type
from evals.results import machine, save, table
from ingest.parsing.registry import parse
from ingest.structure.structured import structured
from proviso.types.documents import Parsed, Section

OUT = REPOSITORY / "build" / "evals" / "outlines.json"
DATA = CONTRACTS.parent.parent
ENTRY = re.compile(r"(?:Appendix\s+)?((?:\d{1,2}|[A-Z])(?:\.\d{1,2})*)\.?\s+(\S.{1,110}?)(?:[\s.]*\s\d{1,3})?\s*$")
FORMS = ("pdf", "docx", "html")
NOTES = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a table of contents."""

    number: str
    title: str

    @property
    def key(self) -> tuple[str, str]:
        return self.number.rstrip(".").casefold(), NOTES.sub("", self.title).casefold()


def read(path: Path) -> Parsed:
    """A file parsed and structured in this process."""
    return structured(parse(path, media_type(path), path.name, None), path.name)


def contents_of(path: Path, parsed: Parsed) -> list[Entry]:
    """The table of contents of a specification; none where it has none."""
    if path.suffix == ".html":
        return list({entry.number: entry for entry in _html_contents(path)}.values())
    if path.suffix == ".pdf":
        return list(_entries(_between(parsed.text, "Contents", "\n1 Overview\n")))
    if path.suffix == ".md":
        return list(_markdown_contents(path.read_text(encoding="utf-8")))
    return list(_plain_contents(path.read_text(encoding="utf-8")))


def _html_contents(path: Path) -> Iterator[Entry]:
    document: Any = lxml.html.fromstring(path.read_bytes())
    for item in document.xpath("//*[contains(@class,'toc')]//li"):
        words = " ".join("".join(part for part in item.itertext()).split())
        own = item.xpath("./text() | ./a//text() | ./p//text()")
        found = ENTRY.match(" ".join("".join(own).split()) or words)
        if found:
            yield Entry(found.group(1), found.group(2))


def _plain_contents(text: str) -> Iterator[Entry]:
    """The first run of numbered lines that begins with 1 and whose first line comes again."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if re.match(r"1\.\s+\S", line) and line in lines[at + 1 :]:
            again = lines.index(line, at + 1)
            yield from _entries(lines[at:again])
            return


def _markdown_contents(text: str) -> Iterator[Entry]:
    for number, title in re.findall(r"^\[((?:\d+|[A-Z])(?:\.\d+)*)\.?\s+([^\]]+)\]\(#[^)]*\)", text, re.MULTILINE):
        yield Entry(number, title)


def _between(text: str, start: str, end: str) -> list[str]:
    at = text.find(start)
    return text[at : text.find(end, at)].splitlines() if at >= 0 else []


def _entries(lines: Sequence[str]) -> Iterator[Entry]:
    for line in lines:
        found = ENTRY.match(re.sub(r"(?:\s*\.){3,}", " ", line).strip())
        if found:
            yield Entry(found.group(1), found.group(2))


def against_contents(parsed: Parsed, entries: Sequence[Entry]) -> dict[str, Any]:
    """Precision and recall by number and title, and the share of the entries found whose parent is right."""
    numbered = [section for section in parsed.sections if section.number and not section.path.endswith(")")]
    depth = max((entry.number.count(".") for entry in entries), default=0)
    found = Counter(Entry(_bare(section.number), section.title).key for section in numbered)
    listed = [section for section in numbered if _bare(section.number).count(".") <= depth]
    wanted = Counter(entry.key for entry in entries)
    right = found & wanted
    extra = Counter(Entry(_bare(section.number), section.title).key for section in listed) - wanted
    return {
        "entries": len(entries),
        "right": right.total(),
        "precision": right.total() / max(1, len(listed)),
        "recall": right.total() / max(1, len(entries)),
        "parents": _parents_right(parsed.sections, wanted),
        "missed": [" ".join(key) for key in (wanted - found)][:20],
        "extra": [" ".join(key) for key in extra][:20],
    }


def _bare(number: str) -> str:
    return re.sub(r"^(?:Appendix|APPENDIX)\s+", "", number).rstrip(".")


def _parents_right(sections: Sequence[Section], wanted: Counter[tuple[str, str]]) -> float:
    """Of the sections that are in the contents: how many stand right under the section their number names."""
    right, counted = 0, 0
    stack: list[Section] = []
    for section in sections:
        while stack and stack[-1].end <= section.start:
            stack.pop()
        number = _bare(section.number)
        if Entry(number, section.title).key in wanted:
            above = _bare(stack[-1].number) if stack and stack[-1].number else ""
            counted += 1
            right += above == number.rpartition(".")[0]
        stack.append(section)
    return right / max(1, counted)


def specifications(data: Path) -> list[dict[str, Any]]:
    """Every specification that has a table of contents."""
    rows = []
    for path in sorted(path for kind in ("html", "text", "md", "pdf") for path in (data / "specs" / kind).glob("*")):
        parsed = read(path)
        entries = contents_of(path, parsed)
        if entries:
            rows.append({"file": f"{path.parent.name}/{path.name}"} | against_contents(parsed, entries))
    return rows


def paths_of(parsed: Parsed) -> Counter[str]:
    """The numbered sections of a tree by path, white space and case folded."""
    return Counter(" ".join(section.path.split()).casefold() for section in parsed.sections if section.number)


def agreement(data: Path) -> list[dict[str, Any]]:
    """For each contract that comes in several forms: shared numbered paths over all (2·shared / both), by pair of forms."""
    rows = []
    for docx in sorted((data / "variants" / "docx").glob("*.docx")):
        files = {"pdf": data / "cuad" / "pdf" / f"{docx.stem}.pdf", "docx": docx}
        files["html"] = data / "variants" / "html" / f"{docx.stem}.html"
        trees = {form: paths_of(read(file)) for form, file in files.items() if file.is_file()}
        row: dict[str, Any] = {"file": docx.stem[:40]} | {form: tree.total() for form, tree in trees.items()}
        for one, other in (("pdf", "docx"), ("pdf", "html"), ("docx", "html")):
            row[f"{one}~{other}"] = _dice(trees[one], trees[other])
        row["differ"] = sorted((trees["pdf"] - trees["docx"]) + (trees["docx"] - trees["pdf"]))[:25]
        rows.append(row)
    return rows


def _dice(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def tree(parsed: Parsed) -> str:
    """The outline as a person would read it."""
    return "\n".join(
        f"{'  ' * section.level}{section.number or '·'}  {section.title[:60]}   [{section.path}] p{section.page}"
        f"  {parsed.text[section.start : section.start + 30]!r}"
        for section in parsed.sections
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.outlines`."""
    parser = argparse.ArgumentParser(prog="python -m evals.outlines", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the shared documents (default: %(default)s)")
    parser.add_argument("--tree", nargs="*", type=Path, help="print the trees of these files and measure nothing")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    if options.tree:
        for path in options.tree:
            print(f"== {path.name}\n{tree(read(path))}")
        return 0
    if not options.data.is_dir():
        print(f"There is no folder {options.data}; nothing to measure.")
        return 1
    result = {"machine": machine(), "contents": specifications(options.data), "agreement": agreement(options.data)}
    save(options.out, result)
    print(_report(result))
    print(f"\nwritten: {options.out}")
    return 0


def _report(result: dict[str, Any]) -> str:
    specs = ("file", "entries", "right", "precision", "recall", "parents")
    forms = ("file", *FORMS, "pdf~docx", "pdf~html", "docx~html")
    return "\n\n".join(
        (
            "Sections against the document's own table of contents",
            table(specs, [[row[name] for name in specs] for row in result["contents"]]),
            "Numbered sections of the forms of one contract (Dice)",
            table(forms, [[row[name] for name in forms] for row in result["agreement"]]),
        )
    )


if __name__ == "__main__":
    sys.exit(main())
