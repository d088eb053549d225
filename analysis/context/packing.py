"""Fills a budget with evidence (floor 4, pure): whole documents, or found passages grown to clauses.

Passages are taken best first and shown in reading order, document by document, the best document last, next to the
question. What does not fit is recorded as dropped, never cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.context import markup
from analysis.context.layout import Means
from analysis.retrieval.expand import grow
from analysis.retrieval.search import Found
from proviso.text import Span, gaps, merged
from proviso.types.answers import Dropped, Packed
from proviso.types.search import ReadableDocument
from records.texts import KeptText

JOIN_CHARS = 80
"""Passages this near are joined: the words between cost no more than the tags."""
OMITTED_TOKENS = 12
"""What one mark of omission costs at most."""

Spans = dict[str, list[Span]]


@dataclass(frozen=True, slots=True)
class Packing:
    """Evidence as text, with what is in it: documents by label, spans by document id, and what was left out."""

    text: str
    labels: dict[str, ReadableDocument]
    spans: dict[str, tuple[Span, ...]]
    packed: tuple[Packed, ...]
    dropped: tuple[Dropped, ...]


class Packer:
    """Packs the texts of one request; `texts` by document id."""

    def __init__(self, texts: Mapping[str, KeptText], means: Means) -> None:
        self._texts = texts
        self._means = means
        self._costs: dict[tuple[str, Span], int] = {}

    def whole(self, documents: Sequence[ReadableDocument]) -> Packing:
        """Every document whole, in stable order."""
        ordered = in_stable_order(documents)
        return self._packing(
            ordered, {d.document_id: [Span(0, len(self._texts[d.document_id].text))] for d in ordered}, ()
        )

    def passages(self, found: Sequence[Found], budget: int) -> Packing:
        """As many of `found` (best first) as `budget` tokens hold, with clauses around them; the rest is dropped."""
        chosen, left = self._choose(found, budget)
        read = {each.document.document_id: each.document for each in found if each.document.document_id in chosen}
        ordered = in_stable_order(read.values())
        if ordered:
            best = next(each.document for each in found if each.document.document_id in chosen)
            ordered = [*(d for d in ordered if d.document_id != best.document_id), best]
        return self._packing(ordered, chosen, self._dropped(left, chosen))

    def _choose(self, found: Sequence[Found], budget: int) -> tuple[Spans, list[Found]]:
        """Spans per document within the budget. The first hit that does not fit, even alone, ends the choice."""
        chosen: Spans = {}
        spent = 0
        for i, each in enumerate(found):
            if any(span.contains(each.span) for span in chosen.get(each.document.document_id, [])):
                continue
            taken = self._take(each, chosen, budget - spent)
            if taken is None:
                return chosen, list(found[i:])
            spans, cost = taken
            chosen[each.document.document_id] = spans
            spent += cost
        return chosen, []

    def _take(self, each: Found, chosen: Spans, room: int) -> tuple[list[Span], int] | None:
        """The document's spans with this hit, grown if that fits, and what it adds; None when even the hit does not
        fit.
        """
        kept = self._texts[each.document.document_id]
        before = chosen.get(each.document.document_id, [])
        paid = self._cost(each.document, before) if before else 0
        for span in (grow(kept.text, kept.structure.sections, each.span), each.span):
            spans = merged([*before, span], gap=JOIN_CHARS)
            cost = self._cost(each.document, spans) - paid
            if cost <= room:
                return spans, cost
        return None

    def _cost(self, document: ReadableDocument, spans: Sequence[Span]) -> int:
        """Tokens of a document's passages with all markup; counted in parts, which comes to slightly more than the
        whole.
        """
        frame = self._means.tokens.count(markup.opening("D999", document) + "\n" + markup.CLOSING + "\n")
        return (
            frame + OMITTED_TOKENS * (len(spans) + 1) + sum(self._passage_cost(document.document_id, s) for s in spans)
        )

    def _passage_cost(self, document_id: str, span: Span) -> int:
        key = (document_id, span)
        if key not in self._costs:
            self._costs[key] = self._means.tokens.count(self._passage(document_id, span) + "\n")
        return self._costs[key]

    def _passage(self, document_id: str, span: Span) -> str:
        kept = self._texts[document_id]
        return self._means.shield(markup.passage(kept, span, self._means.quoted(span.of(kept.text))))

    def _dropped(self, left: Sequence[Found], chosen: Spans) -> tuple[Dropped, ...]:
        """What of the hits left over is in no passage."""
        spans: Spans = {}
        for each in left:
            document_id = each.document.document_id
            shown = [span for span in chosen.get(document_id, []) if span.overlaps(each.span)]
            spans.setdefault(document_id, []).extend(gaps(shown, each.span))
        return tuple(
            Dropped(document_id, span.start, span.end, self._tokens(document_id, span), "budget")
            for document_id, all_spans in spans.items()
            for span in merged(all_spans, gap=2)
        )

    def _packing(self, ordered: Sequence[ReadableDocument], spans: Spans, dropped: tuple[Dropped, ...]) -> Packing:
        labels = {f"D{i}": document for i, document in enumerate(ordered, 1)}
        texts = [self._document(label, document, spans[document.document_id]) for label, document in labels.items()]
        packed = tuple(
            Packed(document.document_id, span.start, span.end, self._tokens(document.document_id, span))
            for document in ordered
            for span in spans[document.document_id]
        )
        shown = {document.document_id: tuple(spans[document.document_id]) for document in ordered}
        return Packing("\n\n".join(texts) or markup.NOTHING, labels, shown, packed, dropped)

    def _document(self, label: str, document: ReadableDocument, spans: Sequence[Span]) -> str:
        """A document with its tags: its whole text as it is, or passages and the marks of what is left out between
        them.
        """
        text = self._texts[document.document_id].text
        lines = [self._means.shield(markup.opening(label, document))]
        if [*spans] == [Span(0, len(text))]:
            lines.append(self._means.quoted(text))
        else:
            at = 0
            for span in spans:
                lines += self._omission(text[at : span.start])
                lines.append(self._passage(document.document_id, span))
                at = span.end
            lines += self._omission(text[at:])
        return "\n".join([*lines, markup.CLOSING])

    def _omission(self, words: str) -> list[str]:
        return [markup.omitted(len(words))] if words.strip() else []

    def _tokens(self, document_id: str, span: Span) -> int:
        return self._means.tokens.count(self._means.quoted(span.of(self._texts[document_id].text)))


def in_stable_order(documents: Iterable[ReadableDocument]) -> list[ReadableDocument]:
    """By file name, then id: the same documents come in the same order however the scope was named, so that prompts
    begin alike.
    """
    return sorted(documents, key=lambda document: (document.filename, document.document_id))
