"""What is found (floor 4, pure): a requirement as spans of the canonical text, and how its document marks what binds.

Every span slices the text to the words it names. Nothing here was written by a model, and nothing is guessed: what code
cannot read is None or empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from proviso.text import Span

Strength = Literal["must", "must_not", "should", "should_not", "may", "will", "will_not"]
Custom = Literal["stated_capitals", "used_capitals", "any_case"]
Logic = Literal["all", "one", "any", "examples", "unsaid"]


@dataclass(frozen=True, slots=True)
class Convention:
    """How a document marks what binds: only by key words in capitals, because it says so (RFC 2119, RFC 8174) or because it
    keeps to it; or in any case. `spans` are the sentences that say so."""

    custom: Custom
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Keyword:
    """A modal word or phrase at `span`, how strong it is, and whether it is printed in capitals."""

    span: Span
    strength: Strength
    capitals: bool


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that a requirement sets: its digits or words, what it counts, "at least" and the like before it, and what is measured."""

    value: Span
    unit: Span | None = None
    comparison: Span | None = None
    parameter: Span | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """A sentence that binds, or an item of a list whose lead-in does.

    `span` is the whole of it without its marker; `parts` are the same, but for the foot and head of a page that it runs over.
    `keywords` stand in it or, when it has none of its own, in `lead_in`, the sentence ending in ":" before its list.
    `items` are those of the list that it leads in. `logic` says how they belong together (for a requirement without items, how
    those of the list that it stands in do): alternatives, examples and items of which the text does not say it are no requirements
    each. `possible`: the word binds only if the document did not mean its own convention;
    `informative`: it stands in a note, an example, or a section that says it does not bind.
    """

    id: str
    span: Span
    parts: tuple[Span, ...]
    keywords: tuple[Keyword, ...]
    section: str
    number: str
    printed_id: Span | None = None
    lead_in: Span | None = None
    logic: Logic | None = None
    items: tuple[Span, ...] = ()
    conditions: tuple[Span, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    possible: bool = False
    informative: bool = False

    @property
    def keyword(self) -> Keyword:
        """The first one in capitals, or the first one."""
        return next((each for each in self.keywords if each.capitals), self.keywords[0])

    def words(self, text: str) -> str:
        """What is printed, without the foot and head of a page in between."""
        return " ".join(part.of(text) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Requirements:
    """The requirements of a document in the order of the text."""

    convention: Convention
    found: tuple[Requirement, ...]
