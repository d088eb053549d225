"""Documents and passages as they stand in a prompt, and what they cost (floor 4, pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.context import markup
from analysis.context.closure import Piece
from analysis.context.layout import Means
from proviso.text import Span
from proviso.types.search import ReadableDocument
from records.texts import KeptText

OMITTED_TOKENS = 12
"""What one mark of omission costs at most."""


class Printing:
    """Prints the texts of one request; `texts` by document id."""

    def __init__(self, texts: Mapping[str, KeptText], means: Means) -> None:
        self.texts = texts
        self._means = means
        self._costs: dict[tuple[str, Piece], int] = {}

    def document(self, label: str, document: ReadableDocument, pieces: Sequence[Piece]) -> str:
        """A document with its tags: its whole text as it is, or passages and the marks of what is left out between them."""
        text = self.texts[document.document_id].text
        lines = [self._means.shield(markup.opening(label, document))]
        if [piece.span for piece in pieces] == [Span(0, len(text))]:
            lines.append(self._means.quoted(text))
        else:
            at = 0
            for piece in pieces:
                lines += _omission(text[at : piece.span.start])
                lines.append(self._passage(document.document_id, piece))
                at = piece.span.end
            lines += _omission(text[at:])
        return "\n".join([*lines, markup.CLOSING])

    def frame_cost(self, document: ReadableDocument) -> int:
        """Tokens of a document before it has a passage."""
        frame = markup.opening("D999", document) + "\n" + markup.CLOSING + "\n"
        return self._means.tokens.count(self._means.shield(frame)) + OMITTED_TOKENS

    def cost(self, document_id: str, piece: Piece) -> int:
        """Tokens of a passage with its markup and the mark of what is left out beside it; passages counted one by one come to slightly
        more than the whole."""
        key = (document_id, piece)
        if key not in self._costs:
            self._costs[key] = self._means.tokens.count(self._passage(document_id, piece) + "\n") + OMITTED_TOKENS
        return self._costs[key]

    def tokens(self, document_id: str, span: Span) -> int:
        """Tokens of the words alone."""
        return self._means.tokens.count(self._means.quoted(span.of(self.texts[document_id].text)))

    def _passage(self, document_id: str, piece: Piece) -> str:
        kept = self.texts[document_id]
        return self._means.shield(markup.passage(kept, piece, self._means.quoted(piece.span.of(kept.text))))


def _omission(words: str) -> list[str]:
    return [markup.omitted(len(words))] if words.strip() else []
