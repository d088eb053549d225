"""Fields in groups narrow enough for the model (floor 4, pure): wide schemas make models drop fields (ExtractBench, arXiv 2602.12247)."""

from __future__ import annotations

from collections.abc import Sequence

from proviso.types.extractions import Field

FIELDS_PER_GROUP = 16


def group_fields(fields: Sequence[Field], size: int = FIELDS_PER_GROUP) -> list[tuple[Field, ...]]:
    """Groups of at most `size` fields in schema order; the leaves of one array stay together, because they share its items."""
    groups: list[list[Field]] = [[]]
    for family in _families(fields):
        if groups[-1] and len(groups[-1]) + len(family) > size:
            groups.append([])
        groups[-1] += family
    return [tuple(group) for group in groups if group]


def array_pointer(pointer: str) -> str:
    """`/obligations/*/deadline` → `/obligations`: the array that a leaf lies in ("" when it lies in none)."""
    return pointer.split("/*", 1)[0] if "/*" in pointer else ""


def _families(fields: Sequence[Field]) -> list[list[Field]]:
    families: list[list[Field]] = []
    for field in fields:
        array = array_pointer(field.pointer)
        if array and families and array_pointer(families[-1][0].pointer) == array:
            families[-1].append(field)
        else:
            families.append([field])
    return families
