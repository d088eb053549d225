"""From what the model said to cells (floor 4, pure): one outcome for every field, evidence resolved, values in form and read again.

`ground` resolves a quote; it is the only way evidence comes into a cell. What the model did not speak of is `failed`, never `absent`.
A value that its own verified quotes deny is `found_unverified`: it stays in sight, and the reason gives both sides.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.extraction.derived import derived, disagreement
from analysis.extraction.groups import array_pointer
from analysis.extraction.items import Instance, covers, instances, itemised
from analysis.extraction.misfit import Misfit
from analysis.extraction.reply import ReplyCell
from analysis.extraction.values import normalise, sameness
from proviso.types.answers import Evidence
from proviso.types.extractions import Cell, CellOutcome, Coverage, Field
from proviso.types.search import ReadableDocument

VERIFIED = ("exact", "normalised", "partial")
MISSING = "field_missing_from_reply"
UNNUMBERED = "items_not_numbered"
"""The model gave items of an array without saying which words belong to which item."""
Ground = Callable[[str], Evidence]


@dataclass(frozen=True, slots=True)
class CellMaker:
    """Makes the cells of one document."""

    document: ReadableDocument
    coverage: Coverage
    ground: Ground

    def cells(self, fields: Sequence[Field], replies: Sequence[ReplyCell]) -> list[Cell]:
        """Every field of `fields` ends in at least one cell; an array without items in one at its own pointer."""
        said = itemised(fields, replies)
        out: dict[str, Cell] = {}
        for field in fields:
            if not field.array:
                out[field.pointer] = self._single(field, _of(field.pointer, said))
                continue
            for place in instances(field.pointer, said):
                if place.pointer not in out:
                    out[place.pointer] = (
                        self._empty(field, place, said) if place.empty else self._item(field, place, said)
                    )
        return sorted(out.values(), key=lambda cell: _rank(cell, fields))

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

    def blanks(self, fields: Sequence[Field], outcome: CellOutcome, reason: str | None) -> list[Cell]:
        """A blank cell for every field; the leaves of one array share one at the array's pointer."""
        places: dict[str, Field] = {}
        for field in fields:
            array = array_pointer(field.pointer)
            places.setdefault(array or field.pointer, _array(field, array) if array else field)
        return [self.blank(field, outcome, reason) for field in places.values()]

    def _single(self, field: Field, replies: Sequence[ReplyCell]) -> Cell:
        if not replies:
            return self.blank(field, "failed", MISSING)
        found = [self._found(field, reply) for reply in replies if reply.found]
        if not found:
            return self.blank(field, "absent", None)
        sure = [cell for cell in found if cell.outcome == "found"]
        if len({sameness(field, cell.value) for cell in sure}) > 1:
            return self._conflict(field, sure)
        return replace(sure[0], evidence=_all_evidence(sure)) if sure else found[0]

    def _item(self, field: Field, place: Instance, replies: Sequence[ReplyCell]) -> Cell:
        """A leaf of one item. Absent also when the model said so of all items at once, by the pointer as listed."""
        mine = _of(place.said, replies) or [reply for reply in _of(field.pointer, replies) if not reply.found]
        return self._single(replace(field, pointer=place.pointer), mine)

    def _empty(self, field: Field, place: Instance, replies: Sequence[ReplyCell]) -> Cell:
        """An array in which no numbered item was found."""
        array = _array(field, place.pointer)
        about = [reply for reply in replies if covers(reply.field, place.said)]
        if any(reply.found for reply in about):
            return self.blank(array, "failed", UNNUMBERED)
        return self.blank(array, "absent", None) if about else self.blank(array, "failed", MISSING)

    def _found(self, field: Field, reply: ReplyCell) -> Cell:
        evidence = numbered(self.ground(quote) for quote in reply.quotes)
        verified = any(item.state in VERIFIED for item in evidence)
        reason = None if verified else ("quote_not_found" if evidence else "no_quote")
        value, read = None, None
        try:
            value = normalise(field, reply.value)
        except Misfit as misfit:
            reason = f"value_misfit: {misfit}"
        else:
            if verified:
                read = derived(field, value, [item.text or "" for item in evidence if item.state in VERIFIED])
                reason = disagreement(value, read)
        cell = self.blank(field, "found_unverified" if reason else "found", reason)
        return replace(cell, value=value, raw=_raw(reply.value), evidence=evidence, derived=read)

    def _conflict(self, field: Field, found: Sequence[Cell]) -> Cell:
        raw = " | ".join(dict.fromkeys(cell.raw or "" for cell in found))
        cell = self.blank(field, "conflicting", "the document gives more than one value")
        return replace(cell, raw=raw, evidence=_all_evidence(found))


def numbered(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence with n = 1, 2, …"""
    return tuple(replace(item, n=n) for n, item in enumerate(evidence, 1))


def _all_evidence(cells: Iterable[Cell]) -> tuple[Evidence, ...]:
    """The evidence of all cells, each place once."""
    places = {(item.start, item.end, item.quote): item for cell in cells for item in cell.evidence}
    return numbered(places.values())


def _of(pointer: str, replies: Sequence[ReplyCell]) -> list[ReplyCell]:
    return [reply for reply in replies if reply.field == pointer]


def _array(field: Field, pointer: str) -> Field:
    return replace(field, pointer=pointer, type="array", format=None, enum=None)


def _rank(cell: Cell, fields: Sequence[Field]) -> tuple[int, int]:
    """Schema order, but the leaves of one item together."""
    tops = [array_pointer(field.pointer) or field.pointer for field in fields]
    top = next(top for top in tops if cell.field == top or cell.field.startswith(f"{top}/"))
    item = cell.field[len(top) + 1 :].split("/")[0]
    return tops.index(top), int(item) if item.isdecimal() else -1


def _raw(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
