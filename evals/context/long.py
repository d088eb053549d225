"""Documents beyond the window (evals): a bundle of specifications, merger agreements, and contracts joined into one text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from evals.retrieval.corpora import Corpus, Question, Quote, load

JOINED_CHARS = 700_000
"""About 155,000 tokens."""
BETWEEN = "\n\n\n"


def long_corpus(root: Path, made: Path, *, questions: int = 60) -> Corpus:
    """What of it is below `root`; the joined contracts are written to `made`. Contracts are asked for by name."""
    made.mkdir(parents=True, exist_ok=True)
    files, asked = [], []
    for folder, rows in (("specs/long", "specs/long_qa.jsonl"), ("maud/txt", "maud/qa.jsonl")):
        if (root / rows).is_file():
            files += sorted((root / folder).iterdir())
            asked += [each for each in _questions(root / rows) if each.truth]
    contracts, own = joined(load("cuad", root), made / "joined-contracts.txt")
    return Corpus("long", (*files, contracts), (*asked, *own[:: max(1, len(own) // questions)]))


def joined(corpus: Corpus, path: Path) -> tuple[Path, list[Question]]:
    """Contracts one after the other in a file, and the questions about them with their places in it."""
    parts, starts, at = [], {}, 0
    for file in corpus.files:
        if at > JOINED_CHARS:
            break
        text = file.read_text(encoding="utf-8")
        starts[file.name] = at
        parts.append(text + BETWEEN)
        at += len(parts[-1])
    path.write_text("".join(parts), encoding="utf-8")
    return path, [_moved(each, path.name, starts[each.file]) for each in corpus.questions if each.file in starts]


def _moved(question: Question, file: str, by: int) -> Question:
    truth = tuple(Quote(each.text, each.start + by) for each in question.truth if each.start is not None)
    return Question(question.id, question.key, file, question.named or question.text, None, truth)


def _questions(path: Path) -> Sequence[Question]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Question(
            row["id"],
            row["id"],
            Path(row["doc"]).name,
            row["question"],
            None,
            tuple(Quote(each["text"], each["start"]) for each in row.get("answers", ()) if "start" in each),
        )
        for row in rows
    ]
