"""Which passages a budget holds (floor 4, pure): hits best first, and with each what it cannot be understood without."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence

from analysis.context.closure import ORDER, Piece, definitions_for, joined, needs, with_list
from analysis.context.findings import Findings
from analysis.context.printing import Printing
from analysis.retrieval.expand import grow
from analysis.retrieval.search import Found
from proviso.text import Span, gaps, merged
from proviso.types.answers import Dropped, PassageKind
from proviso.types.search import ReadableDocument

JOIN_CHARS = 80
"""Passages this near are joined: the words between cost no more than the tags."""
CLOSURE_SHARE = 0.1
"""Of the budget, at most, for what the hits need: the rest is theirs. What their needs leave goes to further hits. With twice as much no
more clauses came with all they need, and fewer labelled spans (`evals.context.shares`)."""


class Choice:
    """Passages within a budget of tokens. `findings` by document id; a document that has none gets no closure."""

    def __init__(
        self, printing: Printing, findings: Mapping[str, Findings], budget: int, share: float = CLOSURE_SHARE
    ) -> None:
        self._printing = printing
        self._findings = findings
        self._room = budget
        self._closure_room = int(budget * share)
        self.pieces: dict[str, list[Piece]] = {}
        self._unmet: list[tuple[str, Piece]] = []

    def take(self, found: Sequence[Found]) -> None:
        """As many as fit, in their order. The first hit that does not fit, even alone, ends the choice."""
        for at, each in enumerate(found):
            document_id = each.document.document_id
            if self._holds(document_id, each.span):
                continue
            span = self._take_hit(each)
            if span is None:
                self._unmet += [(left.document.document_id, Piece(left.span, "hit")) for left in found[at:]]
                return
            self._close(each.document, span)

    def dropped(self) -> tuple[Dropped, ...]:
        """What of the hits and needs that did not fit is in no passage, each stretch once: as a hit before anything else."""
        out: list[Dropped] = []
        told = {document_id: [piece.span for piece in pieces] for document_id, pieces in self.pieces.items()}
        for why in ORDER:
            spans: dict[str, list[Span]] = {}
            for document_id, piece in self._unmet:
                if piece.why == why:
                    spans.setdefault(document_id, []).extend(gaps(told.get(document_id, ()), piece.span))
            for document_id, all_spans in spans.items():
                left = merged(all_spans, gap=2)
                told.setdefault(document_id, []).extend(left)
                out += [self._left_out(document_id, span, why) for span in left]
        return tuple(out)

    def _left_out(self, document_id: str, span: Span, why: PassageKind) -> Dropped:
        return Dropped(document_id, span.start, span.end, self._printing.tokens(document_id, span), "budget", why)

    def _take_hit(self, each: Found) -> Span | None:
        """What was taken for the hit: grown with its list, grown, or as it is; None when even that does not fit."""
        kept = self._printing.texts[each.document.document_id]
        grown = grow(kept.text, kept.structure.sections, each.span)
        spans = dict.fromkeys((with_list(kept.text, grown), grown, each.span))
        return next((span for span in spans if self._take(each.document, Piece(span, "hit"), self._room)), None)

    def _close(self, document: ReadableDocument, hit: Span) -> None:
        """What the words of a hit need, and then the definitions that this needs in turn."""
        findings = self._findings.get(document.document_id)
        if findings is None or not self._closure_room:
            return
        kept = self._printing.texts[document.document_id]
        taken = [need for need in needs(kept, findings, hit) if self._need(document, need)]
        for need in taken:
            for further in definitions_for(findings, kept, need.span):
                self._need(document, further)

    def _need(self, document: ReadableDocument, need: Piece) -> bool:
        """Whether `need` was packed now; no place is packed twice."""
        if self._holds(document.document_id, need.span):
            return False
        before = self._room
        taken = self._take(document, need, min(self._room, self._closure_room))
        self._closure_room -= before - self._room
        if not taken:
            self._unmet.append((document.document_id, need))
        return taken

    def _take(self, document: ReadableDocument, piece: Piece, room: int) -> bool:
        """Pack `piece`, joined with what it meets; not when that adds more than `room`."""
        held = self.pieces.get(document.document_id, [])
        rest, whole = joined(held, piece, JOIN_CHARS)
        left = set(map(id, rest))
        before = sum(self._printing.cost(document.document_id, each) for each in held if id(each) not in left)
        frame = 0 if held else self._printing.frame_cost(document)
        cost = frame + self._printing.cost(document.document_id, whole) - before
        if cost > room:
            return False
        self._room -= cost
        insort(rest, whole, key=lambda each: each.span)
        self.pieces[document.document_id] = rest
        return True

    def _holds(self, document_id: str, span: Span) -> bool:
        return any(piece.span.contains(span) for piece in self.pieces.get(document_id, ()))
