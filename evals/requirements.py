"""Are requirement sentences found, none missed (evals)? `python -m evals.requirements`, on RFCs whose mark-up says what binds.

The truth counts key words in capitals that the authors marked as such. Each is looked for at its place in the canonical text that
our own reading of the HTML page gives, of the plain text, of that text wrapped, and of that text with its key words in small
letters, where nothing marks what binds. Rows found that hold none of them are told apart: words that only may bind ("possible"),
and others that the truth leaves out. Registers: those of `evals.tables`, and by the sections that describe them.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import textwrap
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.requirements.finding import requirements
from analysis.requirements.keywords import CAPITALS
from analysis.requirements.requirement import Requirement, Requirements
from evals.documents import CONTRACTS, REPOSITORY, media_type
from evals.results import machine, save, table
from evals.tables import Register, registers, registers_found
from ingest.parsing.registry import parse
from ingest.structure.structured import structured
from proviso.text import Span
from proviso.types.documents import Parsed

OUT = REPOSITORY / "build" / "evals" / "requirements.json"
DATA = CONTRACTS.parent.parent
TRUTH = "specs/requirements.jsonl"
ALSO = ("specs/md/sp800-63b.md", "specs/md/sp800-63-3.md", "specs/pdf/pulpissimo-datasheet.pdf")
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
SHOWN_CHARS = 200
AROUND_CHARS = 40
WRAPPED_CHARS = 72


@dataclass(frozen=True, slots=True)
class Marked:
    """A key word that the truth marks, and its sentence, in the text that is measured."""

    keyword: Span
    sentence: Span
    section: str


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of a text without white space, and where each stands: two readings of a page differ in white space and bullets."""

    text: str
    places: list[int]

    @classmethod
    def of(cls, text: str) -> Letters:
        places = [at for at, sign in enumerate(text) if not sign.isspace() and sign != "^"]
        return cls("".join(text[at] for at in places).translate(RAISED), places)


def truth_of(data: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of the truth by the HTML page they are about, in the order of the text."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (data / TRUTH).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows[row["doc"]].append(row)
    return {doc: sorted(each, key=lambda row: row["kw_start"]) for doc, each in rows.items()}


def placed(rows: Sequence[dict[str, Any]], text: str) -> tuple[list[Marked], int]:
    """The marked key words at their places in `text`, each sentence looked for behind the one before; and how many were not found."""
    letters = Letters.of(text)
    found: list[Marked] = []
    last, lost = -1, 0
    for row in rows:
        answer = row["answers"][0]
        words = _letters(answer["text"])
        inside = len(_letters(answer["text"][: row["kw_start"] - answer["start"]]))
        start = letters.text.find(words, max(0, last + 1 - inside))
        if start < 0:
            lost += 1
            continue
        keyword = last = start + inside
        length = len("".join(row["keyword"].split()))
        found.append(
            Marked(
                Span(letters.places[keyword], letters.places[keyword + length - 1] + 1),
                Span(letters.places[start], letters.places[start + len(words) - 1] + 1),
                row["section"],
            )
        )
    return found, lost


def _letters(words: str) -> str:
    return Letters.of(words).text


def compared(text: str, found: Requirements, truth: Sequence[Marked]) -> dict[str, Any]:
    """What was found against what is marked."""
    binding = [row for row in found.found if not row.possible]
    rows_of = {at: row for row in found.found for keyword in row.keywords for at in _places(keyword.span)}
    marked = {at for each in truth for at in _places(each.keyword)}
    hits = [each for each in truth if each.keyword.start in rows_of]
    right = [row for row in binding if _holds(row, marked)]
    wrong = [row for row in binding if not _holds(row, marked)]
    own = [each for each in hits if rows_of[each.keyword.start].lead_in is None]
    return {
        "convention": found.convention.custom,
        "marked": len(truth),
        "recall": len(hits) / max(1, len(truth)),
        "missed": [_shown(text, each.sentence) for each in truth if each.keyword.start not in rows_of],
        "rows": len(binding),
        "precision": len(right) / max(1, len(binding)),
        "not_marked": [_shown(text, row.span) for row in wrong],
        "possible": len(found.found) - len(binding),
        "informative": sum(row.informative for row in binding),
        "same_sentence": sum(_same(text, rows_of[each.keyword.start], each) for each in own) / max(1, len(own)),
        "same_section": sum(_number(rows_of[each.keyword.start].section) == each.section for each in hits)
        / max(1, len(hits)),
        "in_lists": sum(row.lead_in is not None for row in binding),
    } | _read(binding)


def _places(span: Span) -> range:
    """Where a key word stands: "MUST" and "MUST NOT", "recommended" and "is recommended" are the same key word when they overlap."""
    return range(span.start, span.end)


def _holds(row: Requirement, marked: set[int]) -> bool:
    return any(at in marked for keyword in row.keywords for at in _places(keyword.span))


def _read(rows: Sequence[Requirement]) -> dict[str, int]:
    """How many of the rows code read more in."""
    return {
        "with_condition": sum(bool(row.conditions) for row in rows),
        "with_quantity": sum(bool(row.quantities) for row in rows),
        "with_parameter": sum(any(each.parameter for each in row.quantities) for row in rows),
        "with_printed_id": sum(row.printed_id is not None for row in rows),
    }


def _same(text: str, row: Requirement, truth: Marked) -> bool:
    return "".join(row.words(text).split()).strip(".:") == "".join(truth.sentence.of(text).split()).strip(".:")


def _number(path: str) -> str:
    """The section's number as the truth writes it: no items of lists, no word before it."""
    return re.sub(r"^(?:Appendix|Section)\s+", "", path.partition("(")[0]).rstrip(".")


def _shown(text: str, span: Span) -> str:
    return " ".join(span.of(text).split())[:SHOWN_CHARS]


def measured(path: Path, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A document read as an upload would be, and what was found in it."""
    parsed = _parsed(path)
    started = time.process_time()
    found = requirements(parsed.text, parsed.blocks, parsed.sections)
    seconds = time.process_time() - started
    truth, lost = placed(rows, parsed.text)
    return {"file": path.name, "seconds": seconds, "not_placed": lost} | compared(parsed.text, found, truth)


def without_truth(path: Path) -> dict[str, Any]:
    """What is found in a document whose requirements nobody marked: counts to look at."""
    parsed = _parsed(path)
    found = requirements(parsed.text, parsed.blocks, parsed.sections)
    binding = [row for row in found.found if not row.possible]
    logic: dict[str, int] = defaultdict(int)
    for row in found.found:
        if row.items:
            logic[row.logic or ""] += len(row.items)
    inherited = sum(not any(row.span.contains(each.span) for each in row.keywords) for row in binding)
    capitals = list(CAPITALS.finditer(parsed.text))
    taken = {keyword.span.start for row in found.found for keyword in row.keywords}
    counts = {
        "capitals": len(capitals),
        "in_no_row": [_around(parsed.text, each.start()) for each in capitals if each.start() not in taken],
        "rows": len(binding),
        "possible": len(found.found) - len(binding),
        "inherited": inherited,
        "items": dict(logic),
    }
    return {"file": path.name, "convention": found.convention.custom} | counts | _read(binding)


def _around(text: str, at: int) -> str:
    return _shown(text, Span(max(0, at - AROUND_CHARS), min(len(text), at + AROUND_CHARS)))


def wrapped(path: Path, rows: Sequence[dict[str, Any]], folder: Path) -> dict[str, Any]:
    """The plain text again, its lines wrapped as mail and old standards are: sentences go over line ends."""
    lines = path.read_text(encoding="utf-8").split("\n")
    cut = (textwrap.wrap(line, WRAPPED_CHARS, break_on_hyphens=False, break_long_words=False) or [""] for line in lines)
    copy = folder / f"wrapped-{path.name}"
    copy.write_text("\n\n".join("\n".join(each) for each in cut), encoding="utf-8")
    return measured(copy, rows)


def lowered(path: Path, rows: Sequence[dict[str, Any]], folder: Path) -> dict[str, Any]:
    """The plain text again, its key words in small letters, as in most specifications: nothing marks what binds."""
    copy = folder / f"lowered-{path.name}"
    copy.write_text(_in_small_letters(path.read_text(encoding="utf-8")), encoding="utf-8")
    answers = [{**row["answers"][0], "text": _in_small_letters(row["answers"][0]["text"])} for row in rows]
    return measured(copy, [{**row, "answers": [answer]} for row, answer in zip(rows, answers, strict=True)])


def _in_small_letters(text: str) -> str:
    return CAPITALS.sub(lambda match: match.group().lower(), text)


def _parsed(path: Path) -> Parsed:
    return structured(parse(path, media_type(path), path.name, None), path.name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.requirements`."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.requirements", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the shared documents (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    parser.add_argument("--show", action="store_true", help="print what is missed and what is not marked")
    options = parser.parse_args(arguments)
    if not (options.data / TRUTH).is_file():
        print(f"There is no {options.data / TRUTH}; nothing to measure.")
        return 0
    truth = truth_of(options.data)
    pages = [measured(options.data / doc, rows) for doc, rows in sorted(truth.items())]
    texts = [measured(options.data / rows[0]["text_doc"], rows) for _, rows in sorted(truth.items())]
    others = [without_truth(options.data / name) for name in ALSO if (options.data / name).is_file()]
    with tempfile.TemporaryDirectory() as folder:
        copies = [(options.data / each[0]["text_doc"], each, Path(folder)) for _, each in sorted(truth.items())]
        altered = {"wrapped": [wrapped(*copy) for copy in copies], "lowered": [lowered(*copy) for copy in copies]}
    result = {
        "machine": machine(),
        "pages": pages,
        "texts": texts,
        **altered,
        "others": others,
        "registers": _registers(options.data),
    }
    _print(result, show=options.show)
    save(options.out, result)
    return 0


def _registers(data: Path) -> dict[str, Any]:
    path = next((data / "specs" / "pdf").glob("*.pdf"), None)
    if path is None:
        return {}
    wanted = registers()
    parsed = _parsed(path)
    whole, unnamed, missed = registers_found(parsed, wanted)
    described = [register for register in wanted if _described(parsed, register)]
    return {
        "wanted": len(wanted),
        "in_rows": len(whole),
        "in_sections": len(described),
        "in_either": len({*whole, *described}),
        "in_no_row": [register.name for register in (*unnamed, *missed)],
        "in_neither": [register.name for register in wanted if register not in {*whole, *described}],
    }


def _described(parsed: Parsed, register: Register) -> bool:
    """Whether a section is called like the register and says its address and reset value."""
    name = _letters(register.name).casefold()
    for section in parsed.sections:
        if _letters(section.title).casefold() == name:
            words = parsed.text[section.start : section.end]
            if f"Address: {register.address}" in words and f"Reset Value: {register.reset}" in words:
                return True
    return False


HEAD = ("marked", "recall", "rows", "precision", "possible", "same_sentence", "same_section", "in_lists")
READ = ("with_condition", "with_quantity", "with_parameter", "with_printed_id")


def _print(result: dict[str, Any], *, show: bool) -> None:
    for kind in ("pages", "texts", "wrapped", "lowered"):
        rows = result[kind]
        print(
            table(
                ("file", *HEAD, *READ, "seconds"),
                [[row[name] for name in ("file", *HEAD, *READ, "seconds")] for row in rows],
            ),
            end="\n\n",
        )
        for row in rows if show else ():
            print(*(f"{row['file']} missed: {words}" for words in row["missed"]), sep="\n")
            print(*(f"{row['file']} not marked: {words}" for words in row["not_marked"]), sep="\n")
    names = ("file", "convention", "capitals", "rows", "possible", "inherited", "items", *READ)
    print(table(names, [[row[name] for name in names] for row in result["others"]]))
    for row in result["others"] if show else ():
        print(*(f"{row['file']} in no row: {words}" for words in row["in_no_row"]), sep="\n")
    print("registers:", json.dumps(result["registers"]))


if __name__ == "__main__":
    raise SystemExit(main())
