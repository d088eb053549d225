"""`make eval-retrieval` (evals): labelled questions and natural wordings through the HTTP API, a table and a JSON file.

Each corpus has a service of its own with all its documents. `named`: the question with its document's name, over all of them; `within`:
the question alone, in its document; `natural`: the same in other words (the unseen half); `sentence`: the name inside a natural sentence.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.documents import REPOSITORY
from evals.results import machine, percentile, save, table
from evals.retrieval.asking import Answer, Asking, Desk, desk
from evals.retrieval.corpora import CARRIED, SHARED, Corpus, Question, available, load
from evals.retrieval.metric import mean, score
from evals.retrieval.paged import page_mean
from evals.retrieval.wordings import Half, in_a_sentence, natural, unnamed

OUT = REPOSITORY / "build" / "evals" / "retrieval.json"
KEPT = REPOSITORY / "build" / "evals" / "retrieval"
COLUMNS = ("questions", "P@1", "R@1", "R@4", "R@8", "R@16", "R@64", "wrong@8")
SEED = 11


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    rows: list[dict[str, Any]] = []
    for name in options.corpora or available(options.root):
        corpus = load(name, options.root)
        with desk(corpus, KEPT / options.root.parent.name / name) as service:
            rows += _measured(corpus, service, options)
            print(_shown([row for row in rows if row["corpus"] == name]), flush=True)
    save(options.out, {"machine": machine(), "root": options.root.name, "half": options.half, "rows": rows})
    return 0


def _measured(corpus: Corpus, service: Desk, options: argparse.Namespace) -> list[dict[str, Any]]:
    half: Half = options.half
    chance = random.Random(SEED)
    some = list(corpus.questions)
    if options.most and len(some) > options.most:
        some = chance.sample(some, options.most)
    plain = [question for question in some if question.named]
    rows = [_row(corpus, service, "within", [Asking(question, question.text, within=True) for question in some])]
    if plain:
        rows.append(_row(corpus, service, "named", [Asking(q, q.named or "", within=False) for q in plain]))
    else:
        rows.append(_row(corpus, service, "unscoped", [Asking(q, q.text, within=False) for q in some]))
    wordings = natural(corpus, half, each=options.each, seed=SEED)
    if options.most and len(wordings) > options.most:
        wordings = chance.sample(wordings, options.most)
    if wordings:
        rows.append(_row(corpus, service, f"natural ({half})", [Asking(q, q.text, within=True) for q in wordings]))
    if corpus.names:
        framed = in_a_sentence(some, corpus, half, seed=SEED)
        rows.append(
            _row(corpus, service, f"sentence ({half})", [Asking(q, q.named or "", within=False) for q in framed])
        )
        rows.append(_false_routing(corpus, service, some, half))
    return rows


def _row(corpus: Corpus, service: Desk, way: str, askings: Sequence[Asking]) -> dict[str, Any]:
    answers = service.ask(askings)
    row: dict[str, Any] = {"corpus": corpus.name, "way": way}
    if any(quote.start is not None for question in corpus.questions for quote in question.truth):
        row |= mean(_scores(service, askings, answers))
    else:
        row |= page_mean([asking.question for asking in askings], answers)
    return row | _routed(askings, answers) | {"took_ms_p50": percentile([a.took_ms for a in answers], 0.5)}


def _scores(service: Desk, askings: Sequence[Asking], answers: Sequence[Answer]) -> list[Any]:
    pairs = [
        (answer, asking.question, service.truth(asking.question))
        for asking, answer in zip(askings, answers, strict=True)
    ]
    return [score(answer.results, question.file, truth) for answer, question, truth in pairs if truth]


def _routed(askings: Sequence[Asking], answers: Sequence[Answer]) -> dict[str, Any]:
    """Of the questions that name their document: sent to it alone, to it among others, elsewhere, nowhere; in per cent."""
    if all(asking.within for asking in askings):
        return {}
    counts = {"alone": 0, "among": 0, "elsewhere": 0, "nowhere": 0}
    for asking, answer in zip(askings, answers, strict=True):
        counts[_where(answer, asking.question)] += 1
    return {f"routed {name}": round(100 * count / len(askings), 1) for name, count in counts.items()}


def _where(answer: Answer, question: Question) -> str:
    if not answer.routed_to:
        return "nowhere"
    if question.file not in answer.routed_to:
        return "elsewhere"
    return "alone" if len(answer.routed_to) == 1 else "among"


def _false_routing(corpus: Corpus, service: Desk, some: Sequence[Question], half: Half) -> dict[str, Any]:
    """Questions that name nothing, asked of the whole collection: how many were taken to name a document."""
    plain = dict.fromkeys(question.text for question in some)
    texts = [*plain, *dict.fromkeys(q.text for q in natural(corpus, half, each=99, seed=SEED)), *unnamed(half)]
    answers = service.ask([Asking(some[0], text, within=False) for text in texts])
    wrong = [text for text, answer in zip(texts, answers, strict=True) if answer.routed_to]
    share = round(100 * len(wrong) / len(texts), 1)
    return {"corpus": corpus.name, "way": "names nothing", "questions": len(texts), "falsely routed": share}


def _shown(rows: Sequence[dict[str, Any]]) -> str:
    extra = [
        name
        for name in ("routed alone", "routed among", "falsely routed", "took_ms_p50")
        if any(name in row for row in rows)
    ]
    columns = (*COLUMNS, *extra)
    cells = [[f"{row['corpus']} {row['way']}", *(row.get(column, "") for column in columns)] for row in rows]
    return table(("", *columns), cells)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval", description=__doc__)
    parser.add_argument("corpora", nargs="*", help="cuad, contractnli, specs, …; all that are there by default")
    parser.add_argument("--root", type=Path, default=SHARED if SHARED.is_dir() else CARRIED)
    parser.add_argument("--half", choices=("tune", "unseen"), default="unseen", help="of the natural wordings")
    parser.add_argument("--each", type=int, default=2, help="natural wordings for each labelled question")
    parser.add_argument("--most", type=int, default=0, help="questions of each kind, chosen at random; 0 is all")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
