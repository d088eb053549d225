"""`make eval-retrieval` (evals): labelled questions and natural wordings through the HTTP API, a table and a JSON file.

Each corpus has a service of its own with all its documents; the plain LlamaIndex pipelines are asked the same questions over the texts that
the service has read. `named`: the question with its document's name, over all of them; `within`:
the question alone, in its document; `natural`: the same in other words (the unseen half); `sentence`: the name inside a natural sentence.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.documents import REPOSITORY
from evals.results import machine, percentile, save, table
from evals.retrieval.asking import Answer, Asking, Desk, Searched, desk
from evals.retrieval.corpora import CARRIED, SHARED, Corpus, Question, available, load
from evals.retrieval.metric import mean, score
from evals.retrieval.paged import page_mean
from evals.retrieval.plain import Cutting, Plain, pipelines
from evals.retrieval.ways import Draw, names_nothing, ways
from ingest.embedding.local import LocalEmbedder

OUT = REPOSITORY / "build" / "evals" / "retrieval.json"
KEPT = REPOSITORY / "build" / "evals" / "retrieval"
COLUMNS = ("questions", "P@1", "R@1", "R@4", "R@8", "R@16", "R@64", "R@4kch", "wrong@8")
EXTRA = ("holds@1", "holds@4", "holds@8", "routed alone", "routed among", "falsely routed", "took_ms_p50")
PACKAGED = "local"
OURS = "Proviso"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    draw = Draw(options.half, options.each, options.most)
    head = {"machine": machine(), "root": options.root.name, "half": options.half, "embedder": options.embedder}
    rows: list[dict[str, Any]] = []
    kept, settings = _service(options)
    for name in options.corpora or available(options.root):
        corpus = load(name, options.root)
        if options.fresh:
            shutil.rmtree(kept / name, ignore_errors=True)
        with desk(corpus, kept / name, settings) as service:
            asked = ways(corpus, draw)
            if "ours" in options.ask:
                rows += _measured(corpus, service, service, asked, OURS)
            if "ours" in options.ask and corpus.names:
                rows.append(_false_routing(corpus, service, names_nothing(corpus, draw)))
            if "plain" in options.ask and options.embedder == PACKAGED:
                for plain in _plain(corpus, service, kept / "plain"):
                    rows += _measured(corpus, service, plain, asked, plain.name)
                    save(options.out, head | {"rows": rows})  # the next one may take minutes
        print(_shown([row for row in rows if row["corpus"] == name]), flush=True)
        save(options.out, head | {"rows": rows})
    return 0


def _plain(corpus: Corpus, service: Desk, cache: Path) -> Iterator[Plain]:
    files = [path.name for path in corpus.files]
    texts = {file: service.text(file) for file in files}
    pages = {file: service.pages(file) for file in files if file.endswith(".pdf")}
    embedder = LocalEmbedder()
    model = Cutting(embedder)
    for pipeline in pipelines(embedder):
        yield Plain(pipeline, texts, model, cache, pages)


def _service(options: argparse.Namespace) -> tuple[Path, dict[str, str]]:
    """Where data folders are kept, apart for each embedder, and what is set for the service."""
    folder: Path = KEPT / options.root.parent.name
    if options.embedder == PACKAGED:
        return folder, {}
    # Where a server stands says nothing about its vectors.
    model = re.sub(r"\W+", "-", options.embedder.rpartition("@http")[0] or options.embedder)
    return folder / model, {"PROVISO_EMBEDDER": options.embedder}


def _measured(
    corpus: Corpus, service: Desk, searched: Searched, asked: Mapping[str, Sequence[Asking]], by: str
) -> list[dict[str, Any]]:
    return [
        {"corpus": corpus.name, "by": by, "way": way} | _row(corpus, service, askings, searched.ask(askings))
        for way, askings in asked.items()
    ]


def _row(corpus: Corpus, service: Desk, askings: Sequence[Asking], answers: Sequence[Answer]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if any(quote.start is not None for question in corpus.questions for quote in question.truth):
        row |= mean(_scores(service, askings, answers))
    else:
        row |= page_mean([asking.question for asking in askings], answers, service.text)
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


def _false_routing(corpus: Corpus, service: Desk, askings: Sequence[Asking]) -> dict[str, Any]:
    """Questions that name nothing, asked of the whole collection: how many were taken to name a document."""
    answers = service.ask(askings)
    share = round(100 * sum(bool(answer.routed_to) for answer in answers) / len(askings), 1)
    row: dict[str, Any] = {"corpus": corpus.name, "by": OURS, "way": "names nothing"}
    return row | {"questions": len(askings), "falsely routed": share}


def _shown(rows: Sequence[dict[str, Any]]) -> str:
    columns = (*COLUMNS, *(name for name in EXTRA if any(name in row for row in rows)))
    cells = [[_label(row), *(row.get(column, "") for column in columns)] for row in rows]
    return table(("", *columns), cells)


def _label(row: dict[str, Any]) -> str:
    name = f"{row['corpus']} {row['way']}"
    return name if row["by"] == OURS else f"{name}: {row['by']}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval", description=__doc__)
    parser.add_argument("corpora", nargs="*", help="cuad, contractnli, specs, …; all that are there by default")
    parser.add_argument("--root", type=Path, default=SHARED if SHARED.is_dir() else CARRIED)
    parser.add_argument("--half", choices=("tune", "unseen"), default="unseen", help="of the natural wordings")
    parser.add_argument("--each", type=int, default=2, help="natural wordings for each labelled question")
    parser.add_argument("--most", type=int, default=0, help="questions of each kind, chosen at random; 0 is all")
    parser.add_argument("--embedder", default=PACKAGED, help="as PROVISO_EMBEDDER names one (docs/embedders.md)")
    parser.add_argument(
        "--ask",
        nargs="+",
        choices=("ours", "plain"),
        default=("ours", "plain"),
        help="the service, the plain LlamaIndex pipelines (with the packaged embedder only), or both",
    )
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="read the documents anew: kept ones stay as an earlier program has read them",
    )
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
