"""An answer in the making (floor 4): what the model says, piece by piece, turned into events and at the end into the answer.

The outcome is the one the model names, as far as the rest of its reply allows: a clarification needs a question, an answer needs
words. What has no place beside the outcome is set aside, not dropped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from analysis.answering.clarifying import questions_in
from analysis.answering.question import AskEvent
from analysis.answering.reply import Reply, ReplyPiece
from analysis.evidence.absence import is_bare_absence
from analysis.evidence.check import MARKER, unsupported
from analysis.grounding.quotes import Quotes
from proviso.types.answers import Evidence, Outcome, SetAside, Unsupported
from proviso.types.chat import ChatDelta, Completion

OUTCOMES: dict[str, Outcome] = {
    "answered": "answered",
    "not_in_documents": "not_in_documents",
    "needs_clarification": "needs_clarification",
}

REPEATS_FROM = 1001


class Draft:
    """Collects one reply. `restart` forgets everything it said, for a model that began anew. `known`: numbered evidence
    that the model was given; a quote of its own with such a number is that evidence again.
    """

    def __init__(self, quotes: Quotes, known: Sequence[Evidence] = ()) -> None:
        self._quotes = quotes
        self._known = {item.n: item for item in known}
        self.completion: Completion | None = None
        self.restart()

    def restart(self) -> None:
        self._reply = Reply()
        self._outcome = ""
        self._answer = ""
        self._clarification = ""
        self._evidence: dict[int, Evidence] = dict(self._known)

    async def hear(self, delta: ChatDelta) -> AsyncIterator[AskEvent]:
        """The events of one piece of a call."""
        self.completion = delta.completion or self.completion
        if delta.kind == "reasoning":
            yield AskEvent("reasoning", {"text": delta.text})
        elif delta.kind == "retry":
            self.restart()
            yield AskEvent("retry", {"reason": delta.text})
            for item in self._known.values():
                yield AskEvent("evidence", item)
        elif delta.kind == "text":
            async for event in self.feed(delta.text):
                yield event

    async def feed(self, text: str) -> AsyncIterator[AskEvent]:
        for piece in self._reply.feed(text):
            async for event in self._take(piece):
                yield event

    async def end(self) -> AsyncIterator[AskEvent]:
        for piece in self._reply.end():
            async for event in self._take(piece):
                yield event

    @property
    def answer(self) -> str | None:
        return self._answer.strip() or None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(self._evidence[n] for n in sorted(self._evidence))

    @property
    def outcome(self) -> Outcome | None:
        """What the reply comes to; None when it holds neither an answer nor a question."""
        said = OUTCOMES.get(self._outcome.strip().lower().replace(" ", "_"))
        if said == "not_in_documents" or (said == "needs_clarification" and self._questions()):
            return said
        if self.answer:
            return "answered"
        return "needs_clarification" if self._clarification else None

    @property
    def clarification(self) -> str | None:
        """The one question that is asked back; None with any other outcome."""
        return self._questions()[0] if self.outcome == "needs_clarification" else None

    @property
    def set_aside(self) -> tuple[SetAside, ...]:
        """What the reply holds beside an answer of its outcome."""
        if self.outcome != "needs_clarification":
            return tuple(SetAside("question", each) for each in questions_in(self._clarification))
        quotes = [item for n, item in sorted(self._evidence.items()) if n not in self._known]
        return (
            *(SetAside("question", each) for each in self._questions()[1:]),
            *(SetAside("answer", words) for words in [self.answer] if words and self._clarification),
            *(SetAside("quote", _place(quote)) for quote in quotes),
        )

    def _questions(self) -> list[str]:
        """What the reply asks: in its own tag, or, where that is missing, as an answer that rests on nothing."""
        if self._clarification:
            return questions_in(self._clarification)
        return questions_in(self._answer) if "?" in self._answer and not MARKER.search(self._answer) else []

    def unsupported(self) -> tuple[Unsupported, ...]:
        """The claims without proof. That something is not there is no such claim where this is the outcome."""
        if not self.answer or self.outcome == "needs_clarification":
            return ()
        found = unsupported(self.answer, self.evidence)
        if self.outcome == "answered":
            return found
        return tuple(each for each in found if each.why != "no_evidence" or not is_bare_absence(each.text))

    def _repeat_number(self) -> int:
        """A number out of the way for a quote whose number is taken: no later quote of the model may lose its own to it."""
        return max(REPEATS_FROM, max(self._evidence, default=0) + 1)

    async def _take(self, piece: ReplyPiece) -> AsyncIterator[AskEvent]:
        if piece.kind == "quote" and piece.n in self._known:
            return
        if piece.kind == "quote":
            n = piece.n if piece.n > 0 and piece.n not in self._evidence else self._repeat_number()
            self._evidence[n] = await self._quotes.resolve(n, piece.text, piece.doc)
            yield AskEvent("evidence", self._evidence[n])
        elif piece.kind == "answer":
            self._answer += piece.text
            yield AskEvent("answer", {"text": piece.text})
        elif piece.kind == "outcome":
            self._outcome = piece.text
        else:
            self._clarification = f"{self._clarification}\n{piece.text}".strip()


def _place(quote: Evidence) -> str:
    """Where a quote stands, instead of its words: a document that is deleted takes its words along, out of evidence alone."""
    page = f", p. {quote.page_start}" if quote.page_start else ""
    section = f", § {quote.section}" if quote.section else ""
    return f"{quote.title}{page}{section} ({quote.state})"
