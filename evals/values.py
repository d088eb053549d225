"""`python -m evals.values` (evals): are values taken, and are they read again out of their quotes, over all labels of CUAD?

Three questions: which labels `normalise` takes and why not the others; whether the value that code reads in the labelled quotes is the
labelled one; and, with each value changed in its day, number, unit, currency or name, whether the change is noticed. Amounts and
shares, which CUAD labels without a value, are taken from its quotes where they stand in plain figures.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.extraction.agreement import clashes, plain
from analysis.extraction.derived import derived
from analysis.extraction.misfit import Misfit
from analysis.extraction.values import normalise
from evals.changes import changes
from evals.documents import CONTRACTS, REPOSITORY
from evals.results import machine, save, table
from evals.shorthand import durations, kind_of_miss, parts, party_names
from proviso.types.extractions import Field

OUT = REPOSITORY / "build" / "evals" / "values.json"
DATA = CONTRACTS.parent.parent / "cuad"
KINDS = {
    "Agreement Date": "date",
    "Effective Date": "date",
    "Expiration Date": "date",
    "Renewal Term": "duration",
    "Notice Period To Terminate Renewal": "duration",
    "Parties": "party",
    "Document Name": "text",
    "Governing Law": "place",
}
"""Every other field of the labels is yes or no."""
AMOUNT = re.compile(
    r"(?<![A-Z$])\$\s?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]{2})?(?![0-9,.]*[0-9]|\s*(?:[kmb]\b|[mb]n\b|thousand|million|billion))",
    re.IGNORECASE,
)
SHARE = re.compile(r"(?<![0-9./])([0-9]{1,2})%")
LONGEST_DATE = 40
AGREEMENTS = ("agrees", "differs", "contradictory", "not_stated")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value with the quotes it is labelled by; `kind` is that of `KINDS`, "yes or no", "money" or "percentage"."""

    document: str
    category: str
    kind: str
    value: Any
    quotes: tuple[str, ...]

    @property
    def field(self) -> Field:
        """The field whose value this is."""
        forms = {"date", "duration", "party", "money", "percentage"}
        type = "boolean" if self.kind == "yes or no" else "string"
        return Field(
            "/value",
            type,
            self.category,
            "",
            self.kind.partition(" ")[0] if self.kind.partition(" ")[0] in forms else None,
        )


def written(data: Path) -> Iterator[Labelled]:
    """Every label that is not empty, as people wrote it, by field."""
    quotes = quotes_of(data)
    for row in _rows(data / "extract.jsonl"):
        for category, label in row["fields"].items():
            if label.strip():
                kind = KINDS.get(category, "yes or no")
                values = party_names(label) if kind == "party" else parts(label) if kind == "place" else [label]
                for value in values:
                    yield Labelled(row["doc"], category, kind, value, quotes.get((row["doc"], category), ()))


def worded(data: Path) -> Iterator[Labelled]:
    """The quotes of dates that are no whole sentence: the contract's own words for a day."""
    for (document, category), quotes in quotes_of(data).items():
        if KINDS.get(category) == "date":
            short = [quote for quote in quotes if len(quote) <= LONGEST_DATE and any(ch.isdigit() for ch in quote)]
            yield from (Labelled(document, category, "date in words", quote, (quote,)) for quote in short)


def typed(data: Path) -> Iterator[Labelled]:
    """The labels that have quotes, as typed values, and the plain amounts and shares of all quotes."""
    dates = {
        (row["doc"], category): iso
        for row in _rows(data / "extract.jsonl")
        for category, iso in row["iso_dates"].items()
    }
    for each in written(data):
        if not each.quotes:
            continue
        if each.kind == "date":
            iso = dates.get((each.document, each.category))
            values = [iso] if iso else []
        else:
            values = durations(each.value) if each.kind == "duration" else [each.value]
        for value in values:
            try:
                form = normalise(each.field, value)
            except Misfit:
                continue
            yield Labelled(each.document, each.category, each.kind, form, each.quotes)
    for (document, category), quotes in quotes_of(data).items():
        for quote in quotes:
            yield from (
                _labelled(document, category, "money", {"amount": _digits(match), "currency": "USD"}, quote)
                for match in AMOUNT.finditer(quote)
            )
            yield from (
                _labelled(document, category, "percentage", int(match[1]) / 100, quote)
                for match in SHARE.finditer(quote)
            )


def quotes_of(data: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    """The labelled quotes, by document and category."""
    return {
        (row["doc"], row["category"]): tuple(answer["text"] for answer in row["answers"])
        for row in _rows(data / "qa.jsonl")
    }


def taken(labels: Sequence[Labelled]) -> dict[str, Any]:
    """How many labels `normalise` takes as they were written, by kind, and the others by why not."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    misses: dict[str, list[str]] = defaultdict(list)
    for each in labels:
        try:
            normalise(each.field, each.value)
        except Misfit as misfit:
            why = kind_of_miss(each.value)
            counts[each.kind][why] += 1
            misses[each.kind].append(f"{why}: {misfit}")
        else:
            counts[each.kind]["taken"] += 1
    return {kind: {"labels": sum(count.values()), **count, "misses": misses[kind]} for kind, count in counts.items()}


def read_again(labels: Sequence[Labelled]) -> dict[str, Any]:
    """How often the value that code reads in the quotes is the labelled one, by kind; every disagreement in full."""
    out: dict[str, Any] = {}
    for each in labels:
        read = derived(each.field, each.value, each.quotes)
        of_kind = out.setdefault(each.kind, {**dict.fromkeys(AGREEMENTS, 0), "disagreements": []})
        of_kind[read.agreement] += 1
        if read.agreement in ("differs", "contradictory"):
            of_kind["disagreements"].append(
                {
                    "document": each.document,
                    "category": each.category,
                    "value": each.value,
                    "read": read.values,
                    "quotes": each.quotes,
                }
            )
    return out


def noticed(labels: Sequence[Labelled]) -> dict[str, Any]:
    """What becomes of each value that its quotes state, when it is changed: by kind and by what was changed."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    escaped: dict[str, list[Any]] = defaultdict(list)
    pools = {kind: [each.value for each in labels if each.kind == kind] for kind in {each.kind for each in labels}}
    for at, each in enumerate(labels):
        if derived(each.field, each.value, each.quotes).agreement != "agrees":
            continue
        for what, value in changes(each.kind, each.value, pools[each.kind], at):
            name = f"{each.kind}: {what}"
            read = derived(each.field, value, each.quotes)
            counts[name][read.agreement] += 1
            if read.agreement == "agrees":
                escaped[name].append({"value": each.value, "changed": value, "quotes": each.quotes})
    return {
        name: {**{each: count[each] for each in AGREEMENTS}, "escaped": escaped[name]} for name, count in counts.items()
    }


def clashing(data: Path) -> list[dict[str, str]]:
    """Every number of the quotes that is given in words and in other figures."""
    found = {
        (doc, each.text): category
        for (doc, category), quotes in quotes_of(data).items()
        for quote in quotes
        for each in clashes(plain(quote))
    }
    return [{"document": doc, "category": category, "words": words} for (doc, words), category in found.items()]


def report(result: dict[str, Any]) -> str:
    """The three tables."""
    takes = [
        [kind, row["labels"], row.get("taken", 0), row.get("taken", 0) / row["labels"]]
        for kind, row in result["taken"].items()
    ]
    again = [[kind, *(row[each] for each in AGREEMENTS)] for kind, row in result["read_again"].items()]
    changed = [
        [name, *(row[each] for each in AGREEMENTS), row["differs"] / sum(row[each] for each in AGREEMENTS)]
        for name, row in result["noticed"].items()
    ]
    return "\n\n".join(
        [
            table(["labels as written", "labels", "taken", "share"], takes),
            table(["value and its quotes", *AGREEMENTS], again),
            table(["value changed in", *AGREEMENTS, "noticed"], changed),
            f"numbers given in words and in other figures: {len(result['clashing'])}",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.values`."""
    parser = argparse.ArgumentParser(prog="python -m evals.values", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of CUAD's labels (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    labels = list(typed(options.data))
    result = {
        "machine": machine(),
        "taken": taken([*written(options.data), *worded(options.data)]),
        "read_again": read_again(labels),
        "noticed": noticed(labels),
        "clashing": clashing(options.data),
    }
    save(options.out, result)
    print(report(result))
    print(f"\nwritten: {options.out}")
    return 0


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _labelled(document: str, category: str, kind: str, value: Any, quote: str) -> Labelled:
    found = Labelled(document, category, kind, value, (quote,))
    return Labelled(document, category, kind, normalise(found.field, value), (quote,))


def _digits(match: re.Match[str]) -> str:
    return match[1].replace(",", "") + (match[2] or "")


if __name__ == "__main__":
    sys.exit(main())
