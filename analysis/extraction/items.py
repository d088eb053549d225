"""Which items an array has, by what the model said (floor 4, pure).

A leaf of an array is replied to once for each item, with the item's number in place of `*`. Numbers are ranks, not names: items
become 0, 1, 2 … in their order, whatever the model began with or left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.extraction.reply import ReplyCell
from proviso.types.extractions import Field


@dataclass(frozen=True, slots=True)
class Instance:
    """One place of an array leaf: the pointer of its cell, and the pointer that the model used. `empty`: the array `pointer` itself."""

    pointer: str
    said: str
    empty: bool = False


def instances(pointer: str, replies: Sequence[ReplyCell]) -> list[Instance]:
    """`/obligations/*/deadline` → `/obligations/0/deadline`, … for the items that any found reply speaks of.

    An array without items, at any depth, is one instance: its own pointer.
    """
    found = [reply.field for reply in replies if reply.found]
    first, *rest = pointer.split("/*")
    places = [Instance(first, first)]
    for part in rest:
        places = [deeper for place in places for deeper in _items(place, part, found)]
    return places


def itemised(fields: Iterable[Field], replies: Sequence[ReplyCell]) -> list[ReplyCell]:
    """Replies that give the items of a plain list at once, or one by one without numbers, with a number for each item."""
    lists = {field.pointer for field in fields if field.pointer.endswith("/*") and field.pointer.count("/*") == 1}
    out: list[ReplyCell] = []
    for reply in replies:
        leaf = reply.field if reply.field in lists else f"{reply.field}/*"
        if leaf not in lists or not reply.found:
            out.append(reply)
            continue
        if reply.value == []:
            out.append(replace(reply, found=False))
            continue
        array = leaf.removesuffix("/*")
        start = 1 + max(_numbers(array, [*replies, *out]), default=-1)
        out += [replace(item, field=f"{array}/{start + n}") for n, item in enumerate(_split(reply))]
    return out


def covers(pointer: str, place: str) -> bool:
    """Whether a reply at `pointer` speaks of `place` or of what lies in it; `*` speaks of every item."""
    said, wanted = pointer.split("/"), place.split("/")
    return len(said) >= len(wanted) and all(a in (b, "*") for a, b in zip(said, wanted, strict=False))


def _items(place: Instance, part: str, found: Sequence[str]) -> list[Instance]:
    if place.empty:
        return [place]
    inside = [pointer[len(place.said) + 1 :].split("/")[0] for pointer in found if pointer.startswith(f"{place.said}/")]
    names = sorted({name for name in inside if name.isdecimal()}, key=lambda name: (int(name), name))
    if not names:
        return [replace(place, empty=True)]
    return [Instance(f"{place.pointer}/{n}{part}", f"{place.said}/{name}{part}") for n, name in enumerate(names)]


def _split(reply: ReplyCell) -> list[ReplyCell]:
    """One reply per item. As many quotes as items: one each; else every item has all of them."""
    if not isinstance(reply.value, list):
        return [reply]
    paired = len(reply.quotes) == len(reply.value)
    return [
        replace(reply, value=value, quotes=(reply.quotes[n],) if paired else reply.quotes)
        for n, value in enumerate(reply.value)
    ]


def _numbers(array: str, replies: Iterable[ReplyCell]) -> Iterator[int]:
    for reply in replies:
        if reply.field.startswith(f"{array}/"):
            name = reply.field[len(array) + 1 :].split("/")[0]
            if name.isdecimal():
                yield int(name)
