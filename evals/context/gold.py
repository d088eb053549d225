"""Whether labelled spans are inside a packed context (evals, pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proviso.text import Span, gaps
from proviso.types.answers import Packed


@dataclass(frozen=True, slots=True)
class Held:
    """Of one question: labelled spans, how many of them are whole in the context, and the share of their characters that is."""

    spans: int
    whole: int
    chars: float


def held(packed: Sequence[Packed], document_id: str, truth: Sequence[Span], text: str) -> Held:
    """`truth` lies in `text`, the text of `document_id`; white space that is missing is not missed."""
    shown = [Span(each.start, each.end) for each in packed if each.document_id == document_id]
    missing = [sum(len(gap.of(text).split()) and len(gap) for gap in gaps(shown, span)) for span in truth]
    return Held(len(truth), sum(not chars for chars in missing), 1 - sum(missing) / max(1, sum(map(len, truth))))
