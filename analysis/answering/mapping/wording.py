"""Small words (floor 4, pure): numbers with what they count, ranges of pages, titles that fit a line."""

from __future__ import annotations

from collections.abc import Sequence

TITLE_CHARS = 120


def counted(count: int, what: str) -> str:
    """`1 document`, `1,200 documents`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def pages(numbers: Sequence[int]) -> str:
    """`page 4`, `pages 2-5, 9`."""
    ranges: list[list[int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)
    return f"page{'' if len(numbers) == 1 else 's'} {shown}"


def shortened(title: str) -> str:
    """A title on one line."""
    line = " ".join(title.split())
    return line if len(line) <= TITLE_CHARS else f"{line[: TITLE_CHARS - 1].rstrip()}…"
