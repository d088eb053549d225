"""Groups units into clauses of a good size (floor 4, pure): where a chunk ends, without asking a tokenizer.

A group ends before a heading when it has enough of its own, and does not take the beginning of a section that it
could not take whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.chunking.shape import ITEM, NUMBERED, TOP, Shape, Unit

Group = list[Unit]


def clauses(units: Sequence[Unit], shape: Shape) -> list[Group]:
    """Units in order, grouped; every unit is in exactly one group."""
    if not units:
        return []
    reach = _section_ends(units)
    groups: list[Group] = [[units[0]]]
    for i, unit in enumerate(units[1:], 1):
        current = groups[-1]
        if _ends_before(unit, reach[i], current, shape):
            groups.append([unit])
        else:
            current.append(unit)
    return _without_tiny(groups, shape)


def _ends_before(unit: Unit, section_end: int, current: Group, shape: Shape) -> bool:
    """Whether the current group is finished when `unit` comes, whose section reaches to `section_end`."""
    start, held = current[0].start, unit.start - current[0].start
    if unit.end - start > shape.most_chars:
        return True
    if unit.level <= TOP:
        return held >= shape.top_chars
    if unit.level <= NUMBERED:
        too_much = section_end - start > shape.most_chars
        return held >= (shape.top_chars if too_much else shape.numbered_chars)
    return held >= shape.soft_chars and (unit.level <= ITEM or unit.opens_paragraph)


def _section_ends(units: Sequence[Unit]) -> list[int]:
    """For each unit, where the words end that come before the next heading after it."""
    out = [0] * len(units)
    end = units[-1].end
    for i in range(len(units) - 1, -1, -1):
        out[i] = end
        if units[i].level <= NUMBERED and i:
            end = units[i - 1].end
    return out


def _without_tiny(groups: list[Group], shape: Shape) -> list[Group]:
    """Headings alone and other scraps join the group after them, the last scrap the one before it."""
    out: list[Group] = []
    scrap: Group = []
    for group in groups:
        whole = scrap + group
        if scrap and whole[-1].end - whole[0].start > shape.most_chars + shape.tiny_chars:
            out.append(scrap)
            whole = group
        scrap = whole if _words(whole) < shape.tiny_chars else []
        if not scrap:
            out.append(whole)
    if scrap and out and scrap[-1].end - out[-1][0].start <= shape.most_chars + shape.tiny_chars:
        out[-1] = out[-1] + scrap
    elif scrap:
        out.append(scrap)
    return out


def _words(group: Group) -> int:
    return sum(unit.end - unit.start for unit in group)
