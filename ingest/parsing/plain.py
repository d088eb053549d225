"""Plain text (floor 4): the canonical text is the file itself, decoded; blocks are what blank lines, clause numbers and page breaks
separate. Running heads and feet of texts set in pages, and tables drawn with bars, are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.parsing.breaks import LABEL, line_is_finished
from ingest.parsing.charset import decode
from ingest.parsing.kinds import PLAIN
from ingest.parsing.plain_pages import running_lines
from ingest.parsing.plain_tables import drawn_tables
from proviso.errors import EmptyFile
from proviso.text import canonical
from proviso.types.documents import Block, BlockKind, Parsed, Table


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: where it begins, and its words without the white space around them."""

    at: int
    text: str

    @property
    def start(self) -> int:
        return self.at + len(self.text) - len(self.text.lstrip())

    @property
    def end(self) -> int:
        return self.at + len(self.text.rstrip())

    @property
    def words(self) -> str:
        return self.text.strip()


def parse(path: Path, filename: str, password: str | None) -> Parsed:
    """Paragraphs of a text file. Raises EmptyFile when there is nothing to read."""
    decoded = decode(path.read_bytes())
    text = canonical(decoded.text)
    if not text.strip():
        raise EmptyFile(f"{filename} is empty: it holds nothing but white space.")
    blocks, tables = cut(text)
    return Parsed(
        text,
        blocks,
        PLAIN,
        warnings=decoded.warnings(),
        metadata={"encoding": decoded.encoding},
        tables=tables,
    )


def cut(text: str) -> tuple[tuple[Block, ...], tuple[Table, ...]]:
    """The blocks and tables of a plain text."""
    lines = _lines(text)
    running = running_lines([line.text for line in lines])
    tables, rows = drawn_tables([(line.at, line.text) for line in lines])
    cutting = _Cutting()
    for number, line in enumerate(lines):
        if number in rows:
            cutting.alone(line, "table_row" if rows[number] else None)
        elif number in running:
            cutting.alone(line, running[number])
        else:
            cutting.take(line)
    cutting.close()
    return tuple(cutting.blocks), tables


class _Cutting:
    """Gathers lines into blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._open: list[Line] = []

    def take(self, line: Line) -> None:
        """A line of running text; a blank one, a new page or a clause number ends the paragraph before it."""
        if not line.words or line.text.startswith("\f") or (self._open and _opens_item(self._open[-1], line)):
            self.close()
        if line.words:
            self._open.append(line)

    def alone(self, line: Line, kind: BlockKind | None) -> None:
        """A line that is a block of its own, or, without a kind, none."""
        self.close()
        if kind is not None and line.words:
            self.blocks.append(Block(kind, line.start, line.end))

    def close(self) -> None:
        if self._open:
            itemised = self.blocks and LABEL.match(self._open[0].words + " ")
            kind: BlockKind = "list_item" if itemised else "paragraph"
            self.blocks.append(Block(kind, self._open[0].start, self._open[-1].end))
            self._open = []


def _lines(text: str) -> list[Line]:
    out, at = [], 0
    for line in text.split("\n"):
        out.append(Line(at, line))
        at += len(line) + 1
    return out


def _opens_item(above: Line, line: Line) -> bool:
    """Whether `line` begins a list item or clause although no blank line stands before it."""
    return bool(LABEL.match(line.words + " ")) and line_is_finished(above.words)
