"""Questions for a measurement of latency (evals): as many different ones as are wanted: a service remembers those it had."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from random import Random

from evals.retrieval.wordings import WORDINGS

SEED = 17
FRAMES = (
    "{}",
    "Please tell me: {}",
    "{} Quote the clause.",
    "We were asked by the auditors: {}",
    "Before we sign, {}",
    "{} Is there more than one place that says so?",
    "For the renewal meeting: {}",
    "Somebody in procurement asks: {}",
)


def wordings() -> list[str]:
    """Every question in other words that is carried, each once; none of them names a document."""
    names = ("cuad", "contractnli", "specs", "unnamed")
    lines = itertools.chain.from_iterable(
        (WORDINGS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines() for name in names
    )
    found = list(dict.fromkeys(json.loads(line)["wording"] for line in lines))
    Random(SEED).shuffle(found)
    return found


def different() -> Iterator[str]:
    """Questions without end; the first 4,500 or so all differ, and after that a number tells them apart."""
    plain = wordings()
    for turn in itertools.count():
        frame = FRAMES[turn % len(FRAMES)]
        for text in plain:
            again = turn // len(FRAMES)
            yield frame.format(text) + (f" ({again})" if again else "")
