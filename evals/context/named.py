"""`python -m evals.context.named` (evals): which questions are kept to the documents they name, and are these the right ones?

Over whole collections, by the rules that narrow a question of absence or completeness before it is planned. Labelled questions that name
their document; and for contracts what people might ask instead: one party alone, its first word alone, a title, a file name, and questions
that name a party and must not be narrowed, because they ask for more. `wrong`: kept to documents without the right one.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.context.completeness import completeness
from analysis.context.narrowing import kept_to
from evals.context.place import Place, filled, place
from evals.documents import REPOSITORY
from evals.results import machine, save, table
from evals.retrieval.corpora import CARRIED, SHARED, Corpus, available, load

OUT = REPOSITORY / "build" / "evals" / "named.json"
CORPORA = ("cuad", "contractnli")
COLUMNS = ("questions", "exact", "includes", "wrong", "whole scope")
NONE_RIGHT = frozenset({"names a party, asks for more", "asks about a party", "labelled, without the name"})
"""Questions that must be asked of the whole scope."""
MOST_PARTIES = 3


@dataclass(frozen=True, slots=True)
class Naming:
    """A question, and the file that it is about."""

    sort: str
    text: str
    file: str


def questions(corpus: Corpus) -> Iterator[Naming]:
    """Labelled ones as far as they must be answered from whole documents, then those made from what files and their parties are called."""
    for each in corpus.questions:
        if each.named and completeness(each.named):
            yield Naming("labelled, with the name", each.named, each.file)
            yield Naming("labelled, without the name", each.text, each.file)
    for path in corpus.files:
        yield Naming("file name", f'Is there a non-compete in "{path.name}"?', path.name)
    for file, name in corpus.names.items():
        title, _, parties = name.partition(" between ")
        yield Naming("title alone", f"Summarise the {title}.", file)
        for party in [each.strip() for each in re.split(r", and | and |; ", parties) if each.strip()][:MOST_PARTIES]:
            yield Naming("one party", f"Is there a cap on liability in the agreement with {party}?", file)
            word = party.replace(",", "").split()[0]
            yield Naming("first word of a party", f"Does the {word} agreement mention source code escrow?", file)
            yield Naming("asks about a party", f"Is there any mention of {party}?", file)
            yield Naming(
                "names a party, asks for more", f"Which agreements with {party} lack a cap on liability?", file
            )


async def judged(corpus: Corpus, folder: Path) -> list[dict[str, Any]]:
    """A row for each sort of question."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    async with place(folder) as here:
        asked = dict.fromkeys(each for each in questions(corpus) if each.file in here.files)
        for each in asked:
            counts[each.sort][await _outcome(here, each)] += 1
    return [
        {"corpus": corpus.name, "sort": sort, "questions": found.total()} | {name: found[name] for name in COLUMNS[1:]}
        for sort, found in counts.items()
    ]


async def _outcome(here: Place, asked: Naming) -> str:
    found = await here.search.named(asked.text, here.everything)
    kept = {each.document_id for each in kept_to(asked.text, completeness(asked.text) or "absence", found)}
    if not kept:
        return "whole scope"
    if asked.sort in NONE_RIGHT:
        return "wrong"
    right = here.files[asked.file].document_id
    return "exact" if kept == {right} else "includes" if right in kept else "wrong"


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.context.named`."""
    options = _options(arguments)
    result: dict[str, Any] = {"machine": machine(), "root": options.root.name, "rows": []}
    for name in [each for each in options.corpora if each in available(options.root)]:
        corpus = load(name, options.root)
        rows = asyncio.run(judged(corpus, filled(corpus, options.root)))
        result["rows"] += rows
        shown = ("corpus", "sort", *COLUMNS)
        print(table(shown, [[row[column] for column in shown] for row in rows]), flush=True)
        save(options.out, result)
    print(f"written: {options.out}")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.context.named", description=__doc__)
    parser.add_argument("corpora", nargs="*", default=CORPORA, help="cuad, contractnli; both by default")
    parser.add_argument("--root", type=Path, default=SHARED if SHARED.is_dir() else CARRIED)
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
