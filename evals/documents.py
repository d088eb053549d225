"""Where the measured documents are (evals): a folder of files, the samples of the project, and the truth beside a folder.

Nothing is read here but the rows of truth.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.parsing.kinds import HEAD_BYTES, sniff

REPOSITORY = Path(__file__).resolve().parents[1]
SAMPLES = REPOSITORY / "samples"
CONTRACTS = REPOSITORY.parent / "shared" / "data" / "cuad" / "pdf"
"""36 contracts of CUAD as PDF, with labelled quotes and their pages: not part of the repository."""

TRUTH = "pdf_qa.jsonl"
MEASURED = (".pdf", ".docx", ".html")


@dataclass(frozen=True, slots=True)
class TrueQuote:
    """A labelled quote of a file and the 1-based pages on which it stands."""

    id: str
    filename: str
    text: str
    pages: tuple[int, ...]


def files_in(folder: Path) -> list[Path]:
    """The documents directly in a folder, in the order of their names."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in MEASURED)


def media_type(path: Path) -> str:
    """The kind of a file as an upload would find it."""
    with path.open("rb") as file:
        return sniff(file.read(HEAD_BYTES), path.name)


def truth_of(folder: Path) -> list[TrueQuote]:
    """The labelled quotes of the files of a folder, from the rows beside it; none where there is no such file."""
    rows = folder.parent / TRUTH
    if not rows.is_file():
        return []
    return true_quotes([json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()])


def true_quotes(rows: Sequence[dict[str, object]]) -> list[TrueQuote]:
    """One quote per labelled answer; rows whose answer is not in the document have none."""
    found = []
    for row in rows:
        answers = row["answers"]
        assert isinstance(answers, list)
        for number, answer in enumerate(answers):
            found.append(
                TrueQuote(f"{row['id']}/{number}", Path(str(row["doc"])).name, answer["text"], tuple(answer["pages"]))
            )
    return found


def questions_of(folder: Path) -> list[str]:
    """The questions of the rows beside a folder, each once, in their order."""
    rows = folder.parent / TRUTH
    if not rows.is_file():
        return []
    asked = (json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines())
    return list(dict.fromkeys(row.get("query") or row["question"] for row in asked))
