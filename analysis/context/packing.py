"""Fills a budget with evidence (floor 4, pure): whole documents, or found passages grown to clauses.

Passages are taken best first and shown in reading order, document by document, the best document last, next to the
question. What does not fit is recorded as dropped, never cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from analysis.context import markup
from analysis.context.choosing import CLOSURE_SHARE, Choice
from analysis.context.closure import Piece
from analysis.context.findings import Findings
from analysis.context.layout import Means
from analysis.context.printing import Printing
from analysis.retrieval.search import Found
from proviso.text import Span
from proviso.types.answers import Dropped, Packed
from proviso.types.search import ReadableDocument
from records.texts import KeptText


@dataclass(frozen=True, slots=True)
class Packing:
    """Evidence as text, with what is in it: documents by label, spans by document id, and what was left out."""

    text: str
    labels: dict[str, ReadableDocument]
    spans: dict[str, tuple[Span, ...]]
    packed: tuple[Packed, ...]
    dropped: tuple[Dropped, ...]


class Packer:
    """Packs the texts of one request; `texts` and `findings` by document id."""

    def __init__(
        self, texts: Mapping[str, KeptText], means: Means, findings: Mapping[str, Findings] = MappingProxyType({})
    ) -> None:
        self._printing = Printing(texts, means)
        self._findings = findings

    def whole(self, documents: Sequence[ReadableDocument]) -> Packing:
        """Every document whole, in stable order."""
        ordered = in_stable_order(documents)
        texts = self._printing.texts
        whole = {d.document_id: [Piece(Span(0, len(texts[d.document_id].text)))] for d in ordered}
        return self._packing(ordered, whole, ())

    def passages(self, found: Sequence[Found], budget: int, closure_share: float = CLOSURE_SHARE) -> Packing:
        """As many of `found` (best first) as `budget` tokens hold, with clauses around them and what these need, for at most
        `closure_share` of the budget; the rest is dropped."""
        choice = Choice(self._printing, self._findings, budget, closure_share)
        choice.take(found)
        read = {
            each.document.document_id: each.document for each in found if each.document.document_id in choice.pieces
        }
        ordered = in_stable_order(read.values())
        if ordered:
            best = next(each.document for each in found if each.document.document_id in choice.pieces)
            ordered = [*(d for d in ordered if d.document_id != best.document_id), best]
        return self._packing(ordered, choice.pieces, choice.dropped())

    def _packing(
        self, ordered: Sequence[ReadableDocument], pieces: Mapping[str, Sequence[Piece]], dropped: tuple[Dropped, ...]
    ) -> Packing:
        labels = {f"D{i}": document for i, document in enumerate(ordered, 1)}
        print_document = self._printing.document
        texts = [print_document(label, document, pieces[document.document_id]) for label, document in labels.items()]
        packed = tuple(
            self._packed(document.document_id, piece) for document in ordered for piece in pieces[document.document_id]
        )
        shown = {d.document_id: tuple(piece.span for piece in pieces[d.document_id]) for d in ordered}
        return Packing("\n\n".join(texts) or markup.NOTHING, labels, shown, packed, dropped)

    def _packed(self, document_id: str, piece: Piece) -> Packed:
        tokens = self._printing.tokens(document_id, piece.span)
        return Packed(document_id, piece.span.start, piece.span.end, tokens, piece.why)


def in_stable_order(documents: Iterable[ReadableDocument]) -> list[ReadableDocument]:
    """By file name, then id: the same documents come in the same order however the scope was named, so that prompts
    begin alike.
    """
    return sorted(documents, key=lambda document: (document.filename, document.document_id))
