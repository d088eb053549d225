"""Puts together what the windows gave (floor 4, pure): the same words once, numbered in the order of the documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from proviso.types.answers import Evidence


@dataclass(frozen=True, slots=True)
class Finding:
    """A quote resolved, and what the model said of it in a line. The line proves nothing."""

    evidence: Evidence
    note: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found and verified, numbered from 1; then what was not, numbered on from there."""

    verified: tuple[Finding, ...]
    unverified: tuple[Finding, ...]
    merged: int
    """How many verified quotes were words that another one had already given."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(each.evidence for each in (*self.verified, *self.unverified))

    def of(self, document_id: str) -> tuple[int, ...]:
        """Numbers of the verified evidence of a document."""
        return tuple(each.evidence.n for each in self.verified if each.evidence.document_id == document_id)


def merge(found: Iterable[Finding], order: Sequence[str]) -> Findings:
    """`order`: document ids as they shall come; inside a document, evidence comes in the order of the text."""
    all_found = list(found)
    place = {document_id: at for at, document_id in enumerate(order)}
    verified = [each for each in all_found if each.evidence.state != "unverified"]
    verified.sort(key=lambda each: (place.get(each.evidence.document_id, len(place)), *_span(each)))
    kept: list[Finding] = []
    for each in verified:
        if kept and _overlap(kept[-1], each):
            kept[-1] = _joined(kept[-1], each)
        else:
            kept.append(each)
    unverified = {
        (each.evidence.document_id, each.evidence.quote): each for each in reversed(all_found) if _is_no(each)
    }
    rest = sorted(unverified.values(), key=lambda each: place.get(each.evidence.document_id, len(place)))
    numbered = [_numbered(each, n) for n, each in enumerate([*kept, *rest], 1)]
    return Findings(tuple(numbered[: len(kept)]), tuple(numbered[len(kept) :]), len(verified) - len(kept))


def _is_no(each: Finding) -> bool:
    return each.evidence.state == "unverified"


def _span(each: Finding) -> tuple[int, int]:
    return each.evidence.start or 0, -(each.evidence.end or 0)


def _overlap(one: Finding, other: Finding) -> bool:
    """Whether `other`, which does not begin before `one`, shares words of the same document with it."""
    same = one.evidence.document_id == other.evidence.document_id
    return same and (other.evidence.start or 0) < (one.evidence.end or 0)


def _joined(one: Finding, other: Finding) -> Finding:
    """The longer of the two, with what was said of both."""
    longer = max(one, other, key=lambda each: (each.evidence.end or 0) - (each.evidence.start or 0))
    notes = dict.fromkeys(note for note in (one.note, other.note) if note)
    return Finding(longer.evidence, "; ".join(notes))


def _numbered(each: Finding, n: int) -> Finding:
    return Finding(replace(each.evidence, n=n), each.note)
