"""Word files put together at random: whatever surrounds a change or a bookmark, it stands between its neighbours, once."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from proviso.types.documents import Parsed
from tests.instruments.docx_writer import (
    BY,
    a_list,
    a_word_file,
    abstract,
    bookmark,
    cell,
    deleted,
    field,
    inserted,
    level,
    num,
    p,
    r,
    row,
    style,
    table,
)
from tests.unit.ingest.parsing.files import read

LISTS = abstract(1, level(0, "%1."), level(1, "%1.%2"), level(2, "(%3)", "lowerLetter")) + a_list(1, 1)
DEPTH = 3
FILES = 40


class Writer:
    """Writes a file and keeps, in order, every word of it: shown, inserted, deleted, or the name of a bookmark."""

    def __init__(self, seed: int) -> None:
        self.words: list[tuple[str, str]] = []
        self._random = random.Random(seed)

    def file(self) -> bytes:
        body = "".join(self._paragraph() if self._random.random() < 0.7 else self._table(0) for _ in range(8))
        header = p(r(self._word("shown")) + "".join(self._piece() for _ in range(3)))
        margins = [("header", "default", header), ("header", "first", header)]
        return a_word_file(body, margins=margins, section="<w:titlePg/>", parts={"numbering": LISTS})

    def _word(self, kind: str) -> str:
        self.words.append((kind, f"{kind}{len(self.words)}q"))
        return self.words[-1][1]

    def _piece(self) -> str:
        by = f'w:author="Author {len(self.words)}" w:date="2026-03-01T09:30:00Z"'
        makers: list[Callable[[], str]] = [
            lambda: r(self._word("shown") + " "),
            lambda: inserted(self._word("inserted"), by),
            lambda: deleted(self._word("deleted"), by),
            lambda: r(self._word("deleted"), "<w:strike/>"),
            lambda: field("REF x", self._word("shown")),
            lambda: bookmark(self._word("named"), ""),
            lambda: f'<w:ins w:id="1" {by}>{r(self._word("inserted"))}{deleted(self._word("deleted"), by)}</w:ins>',
        ]
        return self._random.choice(makers)()

    def _paragraph(self) -> str:
        content = "".join(self._piece() for _ in range(self._random.choice([0, 1, 1, 2, 4])))
        look = self._random.choice(["", "", num(1, self._random.randint(0, 2)), style("Heading1")])
        return p(content, look, self._random.choice(["", "", "", f'<w:del w:id="5" {BY}/>']))

    def _table(self, depth: int) -> str:
        columns = self._random.randint(1, 4)
        rows = [[self._cell(depth) for _ in range(columns)] for _ in range(self._random.randint(1, 4))]
        return table(*(row(*cells) for cells in rows), columns=columns)

    def _cell(self, depth: int) -> str:
        makers: list[Callable[[], str]] = [
            lambda: cell(p()),
            lambda: cell(p(deleted(self._word("deleted")))),
            lambda: cell(p(bookmark(self._word("named"), ""))),
            lambda: cell(p(self._random.choice(["1.", "(a)", "$", ")", "12"]))),
            lambda: cell(self._paragraph() + self._paragraph()),
            lambda: cell(self._table(depth + 1) + p()) if depth < DEPTH else cell(p()),
        ]
        return self._random.choice(makers)()


def places(parsed: Parsed, kind: str, word: str) -> list[tuple[int, int]]:
    """Where the file says that a word stands."""
    if kind == "named":
        return [(parsed.anchors[word], parsed.anchors[word])] if word in parsed.anchors else []
    if kind == "deleted":
        return [(mark.start, mark.end) for mark in parsed.marks if mark.kind == "deletion" and word in mark.text]
    return [(parsed.text.find(word), parsed.text.find(word) + len(word))] if parsed.text.count(word) == 1 else []


@pytest.mark.parametrize("seed", range(FILES))
def test_every_change_and_bookmark_stands_once_and_between_its_neighbours(tmp_path: Path, seed: int) -> None:
    writer = Writer(seed)
    parsed = read(tmp_path, "contract.docx", writer.file())
    at = 0
    unplaced: list[int] = []
    for kind, word in writer.words:
        found = places(parsed, kind, word)
        assert len(found) == 1, (kind, word)
        ((start, end),) = found
        if kind in ("shown", "inserted"):
            assert all(start >= place for place in unplaced), (word, unplaced)
            at, unplaced = end, []
        else:
            assert start == end
            assert start >= at, (kind, word)
            unplaced.append(start)
        if kind == "inserted":
            marks = [
                mark for mark in parsed.marks if mark.kind == "insertion" and mark.start <= start and end <= mark.end
            ]
            assert marks, word
