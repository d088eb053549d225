"""Candidates in order become a tree (floor 4, pure): a number is a clause when it carries on its sequence or begins a deeper one.

That is what tells "10 Main Street" and "Section 8.2 of this Agreement" from clauses. Headings that the format itself marks (HTML,
Markdown, DOCX, PDF bookmarks) are taken as they are. An unnumbered heading stands inside the clause that goes on after it, or
beside it, and never takes in the numbered clauses of the document.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest.structure.candidates import Candidate
from ingest.structure.labels import APPENDIX_BASE, Label, Style

EXHIBIT_RANK, ARTICLE_RANK, ROMAN_RANK, LETTER_RANK, DECIMAL_RANK, SUB_RANK, PAREN_RANK = 10, 20, 22, 24, 30, 45, 50
LEAF_RANK = 1000
"""Deeper than anything, so that whatever comes next ends it: tables of contents, the label of a filing."""
FIRST_CHARS = 400
GAP_CHARS = 12
"""Between a heading and the clause right below it."""
LEAP = 3
AHEAD = 60
"""How many candidates further on the number that was skipped is looked for."""
RUN_AHEAD = 12
TOP_STYLES: dict[Style, int] = {"ROMAN": ROMAN_RANK, "LETTER": LETTER_RANK}
TOP_RANKS = frozenset((ROMAN_RANK, LETTER_RANK))
LIST = "list"
NAME_CHARS = 40


@dataclass(slots=True)
class Node:
    """A section that is being read: `home` are nodes through which a numbering of their own runs."""

    found: Candidate
    rank: int
    style: str
    path: str
    prefix: str
    level: int
    end: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    decimal: tuple[int, ...] = ()
    titled: bool = False
    home: bool = False


class Tree:
    """Takes candidates in order and keeps those that fit."""

    def __init__(self, length: int, found: Sequence[Candidate]) -> None:
        self.root = Node(Candidate(0, 0, None, "", "block", None), 0, "root", "", "", 0, length, home=True)
        self.stack = [self.root]
        self.nodes: list[Node] = []
        self._found = found
        self._at = 0
        self._where: dict[tuple[str, tuple[int, ...]], list[int]] = {}
        self._levelled = {
            each.label.numbers for each in found if each.level and each.label and each.label.style == "decimal"
        }
        for at, candidate in enumerate(found):
            for style, numbers in candidate.label.readings if candidate.label else ():
                self._where.setdefault((style, numbers), []).append(at)

    def grown(self) -> list[Node]:
        """The sections in order of their start."""
        for at, candidate in enumerate(self._found):
            self._at = at
            self._offer(candidate)
        while len(self.stack) > 1:
            self.stack.pop().end = self.root.end
        return self.nodes

    def _offer(self, candidate: Candidate) -> None:
        label = candidate.label
        if candidate.level:
            self._open(candidate, candidate.level, "heading", self._number_path(label))
            self._note(label)
        elif label is None:
            self._unnumbered(candidate)
        elif label.style == "exhibit":
            self._exhibit(candidate, label)
        elif label.style == "article":
            self._article(candidate, label)
        elif label.style == "decimal":
            self._decimal(candidate, label)
        else:
            self._lettered(candidate, label)

    def _unnumbered(self, candidate: Candidate) -> None:
        """Inside the clause around it when the clauses go on later and something else comes first; else at the top."""
        home = self._home()
        inside = home.decimal and self.stack[-1] is not home and self._soon("decimal", (home.decimal[0] + 1,))
        below = self._found[self._at + 1] if self._at + 1 < len(self._found) else None
        heads_clauses = below is not None and below.label is not None and below.start - candidate.end <= GAP_CHARS
        if candidate.contents:
            self._open(candidate, LEAF_RANK, "heading", "")
        elif inside and not heads_clauses:
            self._open(candidate, SUB_RANK, "sub", "")
        else:
            self._open(candidate, ARTICLE_RANK, "unnumbered", "")

    def _exhibit(self, candidate: Candidate, label: Label) -> None:
        """Clauses inside are named after it, except after the label of a filing ("EXHIBIT 10.1"), which names the whole document and
        stands before all else."""
        running = [node for node in (*self.nodes[:1], *reversed(self.stack)) if node.style in ("exhibit", "label")]
        if any(_same(node, label) for node in running[:2]) and candidate.place != "inline":
            return
        if not self.nodes and candidate.start < FIRST_CHARS:
            self._open(replace(candidate, title=""), LEAF_RANK, "label", label.printed, prefix="")
        elif "." in label.printed:
            self._open(candidate, EXHIBIT_RANK, "filing", label.printed, prefix="")
        else:
            letter = label.printed.split()[-1].strip('"“”')
            self._open(candidate, EXHIBIT_RANK, "exhibit", label.printed, prefix=f"{label.printed}, ")
            if self._is_lettered(letter):
                self.stack[-1].decimal, self.stack[-1].prefix = (APPENDIX_BASE + ord(letter) - ord("A"),), ""

    def _is_lettered(self, letter: str) -> bool:
        """Whether the clauses of an appendix bear its letter ("A.1")."""
        return (
            len(letter) == 1 and letter.isalpha() and self._soon("decimal", (APPENDIX_BASE + ord(letter) - ord("A"), 1))
        )

    def _article(self, candidate: Candidate, label: Label) -> None:
        parent = self._parent(ARTICLE_RANK)
        again = label.numbers[0] <= parent.counts.get("article", 0)
        if candidate.place == "inline" or (again and not candidate.whole):
            return
        parent.counts["article"] = label.numbers[0]
        self._open(candidate, ARTICLE_RANK, "article", label.printed)

    def _decimal(self, candidate: Candidate, label: Label) -> None:
        numbers = label.numbers
        home = self._renewed(candidate, numbers)
        carried = self._carries_list(candidate, numbers)
        main = (
            not carried and self._follows(home.decimal, numbers, candidate) and not self._titled_later(candidate, label)
        )
        if main and (home.decimal or not candidate.lower):
            home.decimal = numbers
            home.titled = bool(candidate.title) if len(numbers) == 1 else home.titled
            self._drop_unnumbered()
            rank = DECIMAL_RANK + (1 if len(numbers) == 2 and numbers[1] == 0 else len(numbers))
            self._open(candidate, rank, "decimal", self._decimal_path(label))
        elif len(numbers) == 1 and candidate.place != "inline":
            self._list(candidate, numbers[0])

    def _renewed(self, candidate: Candidate, numbers: tuple[int, ...]) -> Node:
        """Where this number is counted; in the article around it when each article begins with 1 again."""
        home = self._home()
        article = next((node for node in reversed(self.stack) if node.style == "article"), None)
        again = article is not None and not article.home and numbers == (1,) and home.decimal not in ((), (1,))
        if article is None or not again or self.stack[-1] is not article or candidate.place == "inline":
            return home
        article.home = True
        return article

    def _carries_list(self, candidate: Candidate, numbers: tuple[int, ...]) -> bool:
        """Whether this is the next item of the list that is open."""
        depth = self._depth(LIST)
        carried = depth < len(self.stack) and numbers == (self.stack[depth - 1].counts.get(LIST, 0) + 1,)
        return carried and not candidate.title and candidate.place != "inline"

    def _list(self, candidate: Candidate, value: int) -> None:
        """An item of a numbered list inside a clause, or of one that is counted anew under each unnumbered heading."""
        depth = self._depth(LIST)
        parent = self.stack[depth - 1]
        if value == 1 and depth == len(self.stack) and parent is self.root:
            return
        if value != 1 and value != parent.counts.get(LIST, 0) + 1:
            return
        parent.counts[LIST] = value
        name = parent.found.title
        named = parent.style == "unnumbered" and len(name) <= NAME_CHARS
        path = f"{name}, {value}" if named else f"{parent.path}({value})"
        self._open(candidate, PAREN_RANK + depth, LIST, path)

    def _depth(self, style: str) -> int:
        """Where in the stack a list of this style is open, else where it would begin."""
        return next((at for at, node in enumerate(self.stack) if node.style == style), len(self.stack))

    def _titled_later(self, candidate: Candidate, label: Label) -> bool:
        """Whether the same number is a heading of the format, or comes again with a title in a document whose clauses have titles:
        then this one is in a list."""
        if label.numbers in self._levelled:
            return True
        if candidate.title or len(label.numbers) > 1 or not self._home().titled:
            return False
        where = self._where[("decimal", label.numbers)]
        later = (self._found[at] for at in where[bisect_right(where, self._at) :][:AHEAD] if at <= self._at + AHEAD)
        return any(each.title and each.place != "inline" for each in later)

    def _lettered(self, candidate: Candidate, label: Label) -> None:
        for style, (value,) in _by_fit(label, self.stack):
            key = f"{style}{label.dotted}"
            rank = TOP_STYLES.get(style, 0) if label.dotted and self._open_top() else 0
            if rank:
                if self._top_lettered(candidate, label, rank, key, value):
                    return
                continue
            depth = self._depth(key)
            parent = self.stack[depth - 1]
            if self._next_letter(candidate, style, value, parent.counts.get(key, 0)):
                parent.counts[key] = value
                self._open(candidate, PAREN_RANK + depth, key, f"{parent.path}({label.printed})")
                return

    def _top_lettered(self, candidate: Candidate, label: Label, rank: int, key: str, value: int) -> bool:
        style = "ROMAN" if rank == ROMAN_RANK else "LETTER"
        parent = self._parent(rank)
        if value != parent.counts.get(key, 0) + 1:
            return False
        if not candidate.title and (
            candidate.place != "block" or not (value > 1 or self._soon(style, (2,), RUN_AHEAD))
        ):
            return False
        parent.counts[key] = value
        path = f"{parent.path}{label.printed}" if rank == LETTER_RANK else label.printed
        self._open(candidate, rank, key, path)
        return True

    def _next_letter(self, candidate: Candidate, style: str, value: int, count: int) -> bool:
        if value == count + 1:
            return candidate.place != "inline" or count > 0 or self._soon(style, (value + 1,), RUN_AHEAD)
        skipped = value == count + 2 and count > 0 and candidate.place == "block"
        return skipped and not self._soon(style, (value - 1,), RUN_AHEAD)

    def _open_top(self) -> bool:
        """Whether "I." or "A." numbers the document itself: no decimal clause is open around it."""
        return not any(node.style in ("decimal", LIST) for node in self.stack)

    def _home(self) -> Node:
        """The exhibit around here, or the document: decimal numbers run through it."""
        return next((node for node in reversed(self.stack) if node.home), self.root)

    def _open_article(self) -> int:
        labels = (node.found.label for node in reversed(self.stack) if node.style == "article")
        return next((label.numbers[0] for label in labels if label), 0)

    def _parent(self, rank: int) -> Node:
        return next(node for node in reversed(self.stack) if node.rank < rank)

    def _decimal_path(self, label: Label) -> str:
        around = next(
            (node for node in reversed(self.stack) if node.style in ("article", "exhibit", "filing") or node.prefix),
            self.root,
        )
        in_article = around.style == "article" and len(label.numbers) == 1
        return (f"{around.path}, " if in_article else around.prefix) + label.printed

    def _number_path(self, label: Label | None) -> str:
        return "" if label is None else self._decimal_path(label) if label.style == "decimal" else label.printed

    def _note(self, label: Label | None) -> None:
        """A heading of the format carries the sequence on, too."""
        if label is not None and label.style == "decimal":
            self._home().decimal = label.numbers

    def _drop_unnumbered(self) -> None:
        """The clauses of the document do not belong to the unnumbered heading or the recital before them."""
        for at, node in enumerate(self.stack):
            if node.style == "unnumbered" or (node.rank in TOP_RANKS and not node.found.title):
                self._close(at, self._found[self._at].start)
                return

    def _close(self, depth: int, end: int) -> None:
        while len(self.stack) > depth:
            self.stack.pop().end = end

    def _soon(self, style: str, numbers: tuple[int, ...], ahead: int = AHEAD, *, titled: bool = False) -> bool:
        """Whether this number comes within the next candidates, with a title if need be."""
        where = self._where.get((style, numbers), [])
        first = bisect_right(where, self._at)
        near = (at for at in where[first : first + ahead] if at <= self._at + ahead)
        return any(self._found[at].title or not titled for at in near)

    def _follows(self, last: tuple[int, ...], numbers: tuple[int, ...], candidate: Candidate) -> bool:
        """Whether `numbers` carries on from `last`: the next at some depth, with small leaps at block starts, or the first of a
        deeper one."""
        article = self._open_article()
        fresh = all(number in (0, 1) for number in numbers[1:])
        if article and numbers[0] == article and (not last or last[0] != article):
            return fresh or candidate.place == "block"
        if not last:
            if numbers[0] == 0 and not self._soon("decimal", (1,)):  # "10." whose first digit was lost
                return False
            return numbers[0] in (0, 1) and fresh and self._starts(candidate, numbers)
        if last[-1] == 0 and len(last) == 2 and len(numbers) == 1:
            last = last[:1]
        if numbers[: len(last)] == last:
            return len(numbers) > len(last) and all(number in (0, 1) for number in numbers[len(last) :])
        shared = next((at for at, number in enumerate(numbers) if at >= len(last) or number != last[at]), len(last))
        if (
            shared >= len(last)
            or shared >= len(numbers)
            or not all(number in (0, 1) for number in numbers[shared + 1 :])
        ):
            return False
        return self._steps(candidate, numbers, shared, numbers[shared] - last[shared])

    def _steps(self, candidate: Candidate, numbers: tuple[int, ...], shared: int, step: int) -> bool:
        """The next number, or one of the next few at the start of a paragraph when those between are nowhere to be seen."""
        if step == 1:
            return True
        if not 1 < step <= LEAP or not (candidate.title or len(numbers) > 1):
            return False
        return not self._soon("decimal", (*numbers[:shared], numbers[shared] - step + 1), titled=bool(candidate.title))

    def _starts(self, candidate: Candidate, numbers: tuple[int, ...]) -> bool:
        """The first number of a document, when it stands in running text without a title, must go on."""
        if candidate.place != "inline" or candidate.title:
            return True
        return self._soon("decimal", (*numbers[:-1], numbers[-1] + 1), RUN_AHEAD)

    def _open(self, candidate: Candidate, rank: int, style: str, path: str, prefix: str | None = None) -> None:
        while self.stack[-1].rank >= rank:
            self.stack.pop().end = candidate.start
        above = self.stack[-1]
        path = path or ("" if above.style in ("filing", "label") else above.path)
        node = Node(candidate, rank, style, path, above.prefix if prefix is None else prefix, above.level + 1)
        node.home = style in ("exhibit", "filing")
        self.stack.append(node)
        self.nodes.append(node)


def _same(node: Node, label: Label) -> bool:
    return node.found.label is not None and node.found.label.printed.casefold() == label.printed.casefold()


def _by_fit(label: Label, stack: list[Node]) -> list[tuple[Style, tuple[int, ...]]]:
    """The readings of a label, one that carries on an open list first: "(i)" after "(h)" is a letter, else a roman one."""
    opened = {node.style for node in stack}
    carrying = [reading for reading in label.readings if f"{reading[0]}{label.dotted}" in opened]
    others = [reading for reading in label.readings if reading not in carrying]
    return carrying + sorted(others, key=lambda reading: reading[1][0])
