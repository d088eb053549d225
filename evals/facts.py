"""Are title, parties and dates right (evals)? Against the labels of CUAD, over its PDFs and texts: `python -m evals.facts`.

CUAD's labels are written by people, with slips and blanks of their own; what differs is listed in the result to be read.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.documents import CONTRACTS, REPOSITORY, media_type
from evals.results import machine, save, table
from ingest.parsing.registry import parse
from ingest.structure.structured import structured
from proviso.types.documents import Fact

OUT = REPOSITORY / "build" / "evals" / "facts.json"
DATA = CONTRACTS.parent.parent
KINDS = ("title", "party", "agreement date", "effective date")
ROLES = {"agreement date": "dated", "effective date": "effective"}
LABELS = {"agreement date": "Agreement Date", "effective date": "Effective Date"}
TEXTS = 120
_NAME = re.compile(r"\(.*?\)|[\"“”].*?[\"“”]")
_WORD = re.compile(r"[^\W_]+")
_FORMS = frozenset("inc llc ltd limited corp corporation company co the lp plc incorporated and of a".split())


def rows_of(data: Path) -> list[dict[str, Any]]:
    """The labels, by stem of the file."""
    return [json.loads(line) for line in (data / "cuad" / "extract.jsonl").read_text(encoding="utf-8").splitlines()]


def measured(path: Path, row: dict[str, Any]) -> dict[str, Any]:
    """What was found, what is labelled, and how many of either are in the other."""
    facts = structured(parse(path, media_type(path), path.name, None), path.name).facts
    counts: dict[str, Any] = {"file": path.name, "differ": {}}
    for kind in KINDS:
        found = _found(facts, kind)
        wanted = _wanted(row, kind)
        same = _parties if kind == "party" else _titles if kind == "title" else str.__eq__
        right = [each for each in found if any(same(each, other) for other in wanted)]
        missed = [each for each in wanted if not any(same(other, each) for other in found)]
        counts[kind] = [len(found), len(right), len(wanted), len(wanted) - len(missed)]
        if len(right) < len(found) or missed:
            counts["differ"][kind] = {"found": found, "labelled": wanted}
    return counts


def _found(facts: Sequence[Fact], kind: str) -> list[str]:
    if kind in ROLES:
        return [fact.value for fact in facts if fact.kind == "date" and fact.role == ROLES[kind]]
    return [fact.value for fact in facts if fact.kind == kind]


def _wanted(row: dict[str, Any], kind: str) -> list[str]:
    fields = row["fields"]
    if kind == "title":
        return [fields["Document Name"]] if fields["Document Name"] else []
    if kind == "party":
        names = (_NAME.sub(" ", part) for part in fields["Parties"].split(";"))
        return [
            " ".join(name.split())
            for name in names
            if len(_words(name)) > 0 and not re.match(r"\s*(?:each|and|of)\b", name, re.IGNORECASE)
        ]
    iso = row.get("iso_dates", {}).get(LABELS[kind])
    return [iso] if iso else []


def _words(name: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(name)} - _FORMS


def _parties(one: str, other: str) -> bool:
    """The same party: most of the words that are no legal form are shared."""
    first, second = _words(one), _words(other)
    return bool(first and second) and len(first & second) / min(len(first), len(second)) >= 0.75


def _titles(one: str, other: str) -> bool:
    """The same title: one is in the other, and not much shorter."""
    first, second = ("".join(_WORD.findall(words)).casefold() for words in (one, other))
    return (
        bool(first and second)
        and (first in second or second in first)
        and 3 * min(len(first), len(second)) >= max(len(first), len(second))
    )


def summary(rows: Sequence[dict[str, Any]]) -> list[list[object]]:
    """Precision and recall by kind of fact."""
    out: list[list[object]] = []
    for kind in KINDS:
        found, right, wanted, hit = (sum(row[kind][at] for row in rows) for at in range(4))
        out.append([kind, found, wanted, right / max(1, found), hit / max(1, wanted)])
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.facts`."""
    parser = argparse.ArgumentParser(prog="python -m evals.facts", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the shared documents (default: %(default)s)")
    parser.add_argument(
        "--texts", type=int, default=TEXTS, help="how many texts beside the PDFs (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print(f"There is no folder {options.data}; nothing to measure.")
        return 1
    labels = {Path(row["doc"]).stem: row for row in rows_of(options.data)}
    pdfs = [path for path in sorted((options.data / "cuad" / "pdf").glob("*.pdf")) if path.stem in labels]
    texts = [path for path in sorted((options.data / "cuad" / "txt").glob("*.txt")) if path.stem in labels]
    step = max(1, len(texts) // max(1, options.texts))
    results = {"pdf": pdfs, "text": texts[::step] if options.texts else []}
    measured_rows = {name: [measured(path, labels[path.stem]) for path in paths] for name, paths in results.items()}
    save(options.out, {"machine": machine(), **measured_rows})
    for name, rows in measured_rows.items():
        print(f"\n{len(rows)} files, {name}\n")
        print(table(("fact", "found", "labelled", "precision", "recall"), summary(rows)))
    print(f"\nwritten: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
