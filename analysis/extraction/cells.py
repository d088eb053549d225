"""From what the model said to cells (floor 3, pure): one outcome for every field, evidence resolved, values in form.

`ground` resolves a quote; it is the only way evidence comes into a cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.extraction.groups import array_pointer
from analysis.extraction.reply import ReplyCell
from analysis.extraction.values import Misfit, normalise
from proviso.types.answers import Evidence
from proviso.types.extractions import Cell, CellOutcome, Coverage, Field
from proviso.types.search import ReadableDocument

VERIFIED = ("exact", "normalised", "partial")
Ground = Callable[[str], Evidence]


@dataclass(frozen=True, slots=True)
class CellMaker:
    """Makes the cells of one document."""

    document: ReadableDocument
    coverage: Coverage
    ground: Ground

    def cells(self, fields: Sequence[Field], replies: Sequence[ReplyCell]) -> list[Cell]:
        """Every field of `fields` ends in at least one cell."""
        out: list[Cell] = []
        empty_arrays: set[str] = set()
        for field in fields:
            if not field.array:
                out.append(self._single(field, [r for r in replies if r.field == field.pointer]))
                continue
            pointers = _instances(field, fields, replies)
            array = array_pointer(field.pointer)
            if pointers:
                out += [self._item(field, pointer, replies) for pointer in pointers]
            elif array not in empty_arrays:
                empty_arrays.add(array)
                out.append(self._none(replace(field, pointer=array, type="array"), replies, array))
        return out

    def blank(self, field: Field, outcome: CellOutcome, reason: str | None) -> Cell:
        """A cell without value and evidence."""
        return Cell(
            document_id=self.document.document_id,
            version=self.document.version,
            title=self.document.title,
            field=field.pointer,
            type=field.type,
            value=None,
            raw=None,
            outcome=outcome,
            evidence=(),
            reason=reason,
            coverage=self.coverage,
        )

    def _single(self, field: Field, replies: Sequence[ReplyCell]) -> Cell:
        if not replies:
            return self.blank(field, "failed", "field_missing_from_reply")
        found = [self._found(field, reply) for reply in replies if reply.found]
        if not found:
            return self.blank(field, "absent", None)
        values = {json.dumps(cell.value, sort_keys=True) for cell in found if cell.outcome == "found"}
        if len(values) > 1:
            return self._conflict(field, [cell for cell in found if cell.outcome == "found"])
        return next((cell for cell in found if cell.outcome == "found"), found[0])

    def _item(self, field: Field, pointer: str, replies: Sequence[ReplyCell]) -> Cell:
        mine = [reply for reply in replies if reply.field == pointer]
        return self._single(replace(field, pointer=pointer), mine) if mine else self.blank(replace(field, pointer=pointer), "absent", None)

    def _none(self, field: Field, replies: Sequence[ReplyCell], array: str) -> Cell:
        spoken = any(reply.field == array or reply.field.startswith(f"{array}/") for reply in replies)
        return self.blank(field, "absent", None) if spoken else self.blank(field, "failed", "field_missing_from_reply")

    def _found(self, field: Field, reply: ReplyCell) -> Cell:
        evidence = numbered(self.ground(quote) for quote in reply.quotes)
        verified = any(item.state in VERIFIED for item in evidence)
        reason = None if verified else ("quote_not_found" if evidence else "no_quote")
        try:
            value = normalise(field, reply.value)
        except Misfit as misfit:
            value, verified, reason = None, False, f"value_misfit: {misfit}"
        cell = self.blank(field, "found" if verified else "found_unverified", reason)
        return replace(cell, value=value, raw=_raw(reply.value), evidence=evidence)

    def _conflict(self, field: Field, found: Sequence[Cell]) -> Cell:
        evidence = numbered(item for cell in found for item in cell.evidence)
        raw = " | ".join(cell.raw or "" for cell in found)
        cell = self.blank(field, "conflicting", "the document gives more than one value")
        return replace(cell, raw=raw, evidence=evidence)


def numbered(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence with n = 1, 2, …"""
    return tuple(replace(item, n=n) for n, item in enumerate(evidence, 1))


def _instances(field: Field, fields: Sequence[Field], replies: Sequence[ReplyCell]) -> list[str]:
    """The concrete pointers of an array leaf: one for every item that any leaf of the same array speaks of as found."""
    stem, _, tail = field.pointer.rpartition("/*")
    family = [other for other in fields if other.pointer.rpartition("/*")[0] == stem]
    items: dict[str, None] = {}
    for reply in replies:
        for other in family:
            rest = other.pointer.rpartition("/*")[2]
            pattern = re.escape(stem).replace(r"/\*", r"/\d+") + r"/\d+"
            match = re.fullmatch(f"({pattern}){re.escape(rest)}", reply.field)
            if match and reply.found:
                items[match.group(1)] = None
    return [item + tail for item in items]


def _raw(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
