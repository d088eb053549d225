"""The measurement of verification: what it spoils keeps its words, what it alters does not, and each is judged for what it is."""

from __future__ import annotations

import re
import unicodedata
from random import Random

import pytest

from analysis.evidence.fold import FoldedText
from evals.quotes.alterations import ALTERATIONS
from evals.quotes.forms import FORMS
from evals.quotes.measure import altered, spoilt
from evals.quotes.truths import Source, Truth, cuts_a_word
from proviso.text import Span

SENTENCES = [
    "The Licensor shall not, except with prior written consent, assign more than 30% of this Agreement before March 1, 2026.",
    'The Licensee may use the "Marks" within ninety (90) days - unless the office of the Company confirms otherwise in writing.',
    "Neither party shall be liable for any of the indirect damages that exceed $5,000 unless the Licensee agrees, which it may refuse.",
    "The well-known software is delivered to the final office of the Customer after the first five years, if paid, at its own cost.",
]
TEXT = "\n\n".join(f"{n}. {sentence}" for n, sentence in enumerate([*SENTENCES, "This is the end of it all."], start=1))


def truths() -> list[Truth]:
    source = Source("contract", FoldedText(TEXT))
    spans = [Span(TEXT.index(each), TEXT.index(each) + len(each)) for each in SENTENCES]
    return [Truth(source, span, span.of(TEXT), "cuad") for span in spans]


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).lower()


@pytest.mark.parametrize("form", sorted(set(FORMS) - {"ellipsis in order", "editorial brackets"}))
def test_a_spoilt_quote_keeps_its_letters(form: str) -> None:
    rng = Random(1)
    made = [(FORMS[form](each, rng), each) for each in SENTENCES * 5]
    changed = [(new, old) for new, old in made if new]
    assert changed
    assert all(letters(new) == letters(old) for new, old in changed)


@pytest.mark.parametrize("kind", ALTERATIONS)
def test_an_altered_quote_has_other_words(kind: str) -> None:
    rng = Random(1)
    made = [ALTERATIONS[kind](each, SENTENCES[-1], rng) for each in SENTENCES[:-1] * 5]
    assert any(made)
    assert all(" ".join(new.split()) not in " ".join(TEXT.split()) for new in made if new)


def test_both_sides_are_judged_right_on_a_small_contract() -> None:
    true, false = spoilt(truths(), 36, 3), altered(truths(), 24, 3)
    assert len(true) >= 24
    assert len(false) > 20
    assert [(each.kind, each.quote) for each in true if each.wrong] == []
    assert [(each.kind, each.quote) for each in false if each.wrong] == []
    assert {each.state for each in false} == {"unverified"}


def test_a_label_that_cuts_a_word_or_a_number_is_no_quote() -> None:
    text = "Upon payment under Section 6.1 the term ends."
    assert cuts_a_word(Span(1, 12), text)
    assert cuts_a_word(Span(0, 29), text)
    assert not cuts_a_word(Span(0, 30), text)
