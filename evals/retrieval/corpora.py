"""The documents and labelled questions that retrieval is measured on (evals): CUAD, ContractNLI, specifications, a privacy policy, reports.

Truth is a span of the file's text; it is looked up again in the canonical text when documents have been read, because a parser may set
white space anew. The full sets lie in the shared folder, a small one is carried in `evals/data`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.documents import REPOSITORY

SHARED = REPOSITORY.parent / "shared" / "data"
CARRIED = REPOSITORY / "evals" / "data"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Quote:
    """Labelled words of a document: where its file has them, or on which 1-based pages. Words without either may stand anywhere in it."""

    text: str
    start: int | None
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """`key` is its category (or, where every question is its own, its id); `named` the same question with its document's name in it."""

    id: str
    key: str
    file: str
    text: str
    named: str | None
    truth: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Files that are uploaded as one collection, and what is asked of them. `wordings` names the file of natural wordings."""

    name: str
    files: tuple[Path, ...]
    questions: tuple[Question, ...]
    wordings: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    """How people would call a file, by its name, for questions that name it in a sentence."""


def available(root: Path) -> list[str]:
    """The corpora below `root`."""
    return [name for name in CORPORA if (root / FOLDERS[name]).is_dir()]


def load(name: str, root: Path) -> Corpus:
    return CORPORA[name](root)


def _cuad(root: Path) -> Corpus:
    rows = [row for row in _rows(root / "cuad" / "qa.jsonl") if row.get("lbr")]
    names = {Path(row["doc"]).name: _name(row) for row in rows}
    return _corpus("cuad", root, rows, lambda row: row["category"], "cuad", names)


def _contractnli(root: Path) -> Corpus:
    rows = [row for row in _rows(root / "contractnli" / "qa.jsonl") if row["answers"]]
    return _corpus("contractnli", root, rows, lambda row: row["label"], "contractnli")


def _specs(root: Path) -> Corpus:
    """RFCs as text and the guidelines as Markdown: the rows whose answers are spans of those files."""
    rows = [row | {"doc": row.get("text_doc") or row["doc"]} for row in _rows(root / "specs" / "qa.jsonl")]
    spans = [row for row in rows if row["answers"] and row["answers"][0].get("start") is not None]
    return _corpus("specs", root, spans, lambda row: row["id"], "specs")


def _privacyqa(root: Path) -> Corpus:
    return _corpus("privacyqa", root, _rows(root / "privacyqa" / "qa.jsonl"), lambda row: row["id"])


def _datasheet(root: Path) -> Corpus:
    """A chip's datasheet as PDF: the answers are pages."""
    rows = [row for row in _rows(root / "specs" / "qa.jsonl") if row["doc"].endswith(".pdf") and row.get("pages")]
    return _corpus("datasheet", root, rows, lambda row: row["id"])


def _financebench(root: Path) -> Corpus:
    """Company reports as PDF: the answers are pages. For evaluation only (CC BY-NC 4.0). Named by file name, as the NDAs are."""
    rows = [
        row | {"query": f'Consider the report "{Path(row["doc"]).stem}"; {row["question"]}'}
        for row in _rows(root / "financebench" / "qa.jsonl")
    ]
    return _corpus("financebench", root, rows, lambda row: row["id"])


CORPORA: dict[str, Callable[[Path], Corpus]] = {
    "cuad": _cuad,
    "contractnli": _contractnli,
    "specs": _specs,
    "privacyqa": _privacyqa,
    "datasheet": _datasheet,
    "financebench": _financebench,
}
FOLDERS = {
    "cuad": "cuad/txt",
    "contractnli": "contractnli/txt",
    "specs": "specs/text",
    "privacyqa": "privacyqa/txt",
    "datasheet": "specs/pdf",
    "financebench": "financebench/pdf",
}


def _corpus(
    name: str,
    root: Path,
    rows: Iterable[Row],
    key: Callable[[Row], str],
    wordings: str | None = None,
    names: Mapping[str, str] | None = None,
) -> Corpus:
    questions = tuple(_question(row, key(row)) for row in rows)
    folders = [root / FOLDERS[name], *([root / "specs" / "md"] if name == "specs" else [])]
    files = tuple(sorted(path for folder in folders for path in folder.iterdir() if path.is_file()))
    known = {path.name for path in files}
    kept = tuple(question for question in questions if question.file in known)
    return Corpus(name, files, kept, wordings, names or {})


def _question(row: Row, key: str) -> Question:
    quotes = tuple(
        Quote(answer.get("text", ""), answer.get("start"), tuple(answer.get("pages", ())))
        for answer in row.get("answers") or [{"pages": row.get("pages", ())}]
    )
    if row.get("pages") and not any(quote.start is not None or quote.pages for quote in quotes):
        quotes = (Quote("", None, tuple(row["pages"])), *quotes)
    return Question(row["id"], key, Path(row["doc"]).name, row["question"], row.get("query"), quotes)


def _name(row: Row) -> str:
    """ "Supply Agreement between A and B" out of "Consider the Supply Agreement between A and B; …"."""
    named = str(row["query"]).removesuffix(row["question"]).strip().rstrip(";")
    return named.removeprefix("Consider the ").strip()


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
