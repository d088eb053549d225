"""`python -m evals.quotes` (evals): are true quotes verified whatever became of their form, and altered ones never?

2,000 true quotes of real documents in twelve spoilt forms, and 2,000 altered in meaning in twelve ways, against the resolver that
answers and extractions use; and how many quotes a second it resolves in a document of 300 pages. Exits with 1 below the limits.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.evidence.fold import FoldedText
from analysis.evidence.resolve import resolve
from evals.documents import REPOSITORY
from evals.quotes.measure import Verdict, altered, in_turn, passage, spoilt
from evals.quotes.truths import Source, Truth, gathered
from evals.results import machine, save, table
from proviso.text import Span

DATA = REPOSITORY.parent / "shared" / "data"
OUT = REPOSITORY / "build" / "evals" / "quotes.json"
CONTRACTS, REPORTS = 24, 2
PAGES, PAGE_CHARS = 300, 3_000
STATES = ("exact", "normalised", "partial", "unverified")
LEAST_VERIFIED, MOST_FOOLED = 0.99, 0.001
SHOWN = 12


def pdfs_of(data: Path) -> list[Path]:
    """Contracts, a data sheet, and annual reports with tables."""
    contracts = sorted((data / "cuad" / "pdf").glob("*.pdf"), key=lambda path: path.stat().st_size)[:CONTRACTS]
    reports = sorted((data / "financebench" / "pdf").glob("*.pdf"), key=lambda path: path.stat().st_size)[:REPORTS]
    return [*contracts, *sorted((data / "specs" / "pdf").glob("*.pdf")), *reports]


def speed(truths: Sequence[Truth], number: int) -> dict[str, Any]:
    """Quotes a second in one text of 300 pages joined from the sources, true ones and ones that stand nowhere."""
    sources = {truth.source.name: truth.source for truth in truths if truth.origin in {"cuad", "contractnli"}}
    text, starts = "", dict[str, int]()
    for name, source in sources.items():
        starts[name] = len(text)
        text += source.text + "\n\n"
        if len(text) >= PAGES * PAGE_CHARS:
            break
    began = time.process_time()
    folded = FoldedText(text, range(0, len(text), PAGE_CHARS))
    fold_s = time.process_time() - began
    here = [truth for truth in truths if truth.source.name in starts and truth.span.end + starts[truth.source.name]]
    joined = Source("joined", folded)
    moved = [
        Truth(joined, Span(each.span.start + starts[each.source.name], each.span.end + starts[each.source.name]), each.quote, "")
        for each in here
    ]  # fmt: skip
    away = [truth for truth in truths if truth.source.name not in starts and truth.origin == "cuad"]
    return {
        "pages": round(len(text) / PAGE_CHARS),
        "chars": len(text),
        "fold_s": round(fold_s, 3),
        "true": _rate(moved, folded, number, " ".join),
        "reflowed": _rate(moved, folded, number, "\n ".join),
        "elsewhere": _rate(away, folded, number, " ".join),
    }


def _rate(truths: Sequence[Truth], folded: FoldedText, number: int, join: Any) -> dict[str, float]:
    """CPU time for each of `number` quotes."""
    spent, verified = list[float](), 0
    for truth in in_turn(truths, number):
        quote = join(truth.quote.split())
        began = time.process_time()
        verified += resolve(quote, folded, prefer=[passage(truth)]).span is not None
        spent.append(time.process_time() - began)
    spent.sort()
    return {
        "quotes": number,
        "verified": verified,
        "a_second": round(number / sum(spent), 1),
        "median_ms": round(1000 * spent[number // 2], 2),
        "slowest_ms": round(1000 * spent[-1], 2),
    }


def confusion(verdicts: Sequence[Verdict], bad: str) -> str:
    """A table by kind: states, and what was wrong."""
    kinds = list(dict.fromkeys(each.kind for each in verdicts))
    rows: list[list[object]] = []
    for kind in [*kinds, "all"]:
        some = [each for each in verdicts if kind in {each.kind, "all"}]
        states = Counter(each.state for each in some)
        wrong = Counter(each.wrong for each in some if each.wrong)
        rows.append(
            [kind, len(some), *(states[state] for state in STATES), sum(wrong.values()), _share(wrong.total(), some)]
        )
    return table([bad, "quotes", *STATES, "wrong", "right"], rows)


def _share(wrong: int, of: Sequence[Verdict]) -> str:
    return f"{1 - wrong / max(1, len(of)):.2%}"


def result_of(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """As JSON data, every failure in full."""
    wrong = [each for each in verdicts if each.wrong]
    return {
        "quotes": len(verdicts),
        "wrong": len(wrong),
        "by_kind": {kind: dict(Counter(each.state for each in verdicts if each.kind == kind))
                    for kind in dict.fromkeys(each.kind for each in verdicts)},
        "by_wrong": dict(Counter(each.wrong for each in wrong).most_common()),
        "by_origin": dict(Counter(each.origin for each in wrong).most_common()),
        "failures": [{name: getattr(each, name) for name in Verdict.__slots__} for each in wrong],
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.quotes`."""
    parser = argparse.ArgumentParser(prog="python -m evals.quotes", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="documents with labels (default: %(default)s)")
    parser.add_argument("--quotes", type=int, default=2000, help="quotes on either side (default: %(default)s)")
    parser.add_argument("--timed", type=int, default=300, help="quotes timed of each sort (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=5, help="seed of all chance (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    truths = gathered(options.data, pdfs_of(options.data), 3 * options.quotes, options.seed)
    true = spoilt(truths, options.quotes, options.seed)
    false = altered(truths, options.quotes, options.seed)
    timed = speed(truths, options.timed) if options.timed else {}
    origins = Counter(truth.origin for truth in truths)
    result = {"machine": machine(), "seed": options.seed, "truths": dict(origins), "speed": timed}
    result |= {"spoilt": result_of(true), "altered": result_of(false)}
    save(options.out, result)
    print(confusion(true, "true, spoilt in form"), confusion(false, "altered in meaning"), sep="\n\n", end="\n\n")
    for each in [each for each in (*true, *false) if each.wrong][:SHOWN]:
        print(f"  {each.kind}, {each.wrong} ({each.state}): {' '.join(each.quote.split())[:150]!r}")
    print(f"\nspeed: {timed}\nwritten: {options.out}")
    right = sum(not each.wrong for each in true) / len(true)
    fooled = sum(bool(each.wrong) for each in false) / len(false)
    return 0 if right >= LEAST_VERIFIED and fooled <= MOST_FOOLED else 1


if __name__ == "__main__":
    sys.exit(main())
