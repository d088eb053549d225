"""What a passage needs comes with it: definitions, clauses referred to, lists and lead-ins, within the budget."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.context.closure import Piece, joined, lead_in, with_list
from analysis.context.findings import Findings
from analysis.context.layout import Means
from analysis.context.packing import Packer, Packing
from proviso.text import Span
from proviso.types.documents import Definition, Details, Reference
from records.texts import KeptText
from tests.unit.analysis.builders import a_find, a_section, a_text

FILLER = "The parties shall act in good faith and keep each other informed of everything that bears on this. " * 30
CLAUSES = {
    "1": '"Net Sales" means Gross Receipts less returns.',
    "2": '"Gross Receipts" means what an Affiliate is paid.',
    "3": '"Affiliate" means a company under common control.',
    "4": FILLER,
    "5": "Royalties. Supplier pays five per cent of Net Sales, subject to Section 7.",
    "6": FILLER,
    "7": "Set-off. Amounts due may be set off against any Credit Note, see Section 9.",
    "8": FILLER,
    "9": "Credit notes. They lapse after a year.",
    "10": '"Credit Note" means a note of credit.',
}


def a_contract() -> tuple[KeptText, Findings, dict[str, Span]]:
    """Ten clauses; those with words of their own stand far apart."""
    text, places = "", {}
    for number, words in CLAUSES.items():
        start = len(text)
        text += f"{number}. {words}\n\n"
        places[number] = Span(start, len(text) - 2)
    definitions = tuple(
        Definition(match.group(1), *match.span(1), match.start(), places[number].end, "means")
        for number, words in CLAUSES.items()
        for match in re.finditer(r'"([A-Z][\w ]+)" means', text)
        if places[number].start <= match.start() < places[number].end and words
    )
    references = tuple(
        Reference(
            *match.span(),
            "section",
            match.group(),
            match.group(1),
            places[match.group(1)].start,
            places[match.group(1)].end,
        )
        for match in re.finditer(r"Section (\d+)", text)
    )
    kept = a_text(text, [a_section(n, "", 1, span.start, span.end) for n, span in places.items()])
    return kept, Findings.of(Details(definitions=definitions, references=references)), places


def packed(means: Means, budget: int = 5_000, clauses: tuple[str, ...] = ("5",)) -> tuple[Packing, dict[str, Span]]:
    kept, findings, places = a_contract()
    found = [a_find(places[n].start, places[n].end, score=1 - i / 10) for i, n in enumerate(clauses)]
    return Packer({"doc_a": kept}, means, {"doc_a": findings}).passages(found, budget), places


def kinds(packing: Packing, places: dict[str, Span]) -> dict[str, str | None]:
    """Why each clause is there, for those that are."""
    return {
        number: each.why
        for number, span in places.items()
        for each in packing.packed
        if each.start <= span.end - 1
        and span.start < each.end
        and Span(each.start, each.end).contains(Span(span.end - 5, span.end))
    }


def test_definitions_used_and_clauses_referred_to_come_with_a_passage(means: Means) -> None:
    packing, places = packed(means)
    why = kinds(packing, places)
    assert (why["5"], why["1"], why["7"]) == ("hit", "definition", "reference")


def test_definitions_of_definitions_come_once_and_references_of_references_do_not(means: Means) -> None:
    packing, places = packed(means)
    why = kinds(packing, places)
    assert why["2"] == "definition"  # used by the definition of Net Sales
    assert why["10"] == "definition"  # used by the clause referred to
    assert "9" not in why  # referred to by that clause only
    assert "4" not in why


def test_passages_say_in_the_prompt_what_they_are_there_for(means: Means) -> None:
    packing, _ = packed(means)
    assert 'defines="Net Sales' in packing.text
    assert '<passage section="7" referred_to_as="Section 7">' in packing.text
    assert '<passage section="5">' in packing.text


def test_they_stand_in_reading_order_each_word_once(means: Means) -> None:
    packing, _ = packed(means)
    spans = packing.spans["doc_a"]
    assert list(spans) == sorted(spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    for words in CLAUSES.values():
        assert packing.text.count(words) <= 1 or words is FILLER


def test_a_definition_that_was_found_itself_is_a_hit_and_not_packed_again(means: Means) -> None:
    packing, places = packed(means, clauses=("5", "1"))
    assert kinds(packing, places)["1"] == "hit"
    assert packing.text.count(CLAUSES["1"]) == 1


def test_what_the_budget_does_not_hold_is_told_with_what_it_would_have_been(means: Means) -> None:
    packing, _ = packed(means, budget=110)
    assert [each.why for each in packing.packed] == ["hit"]
    assert {"definition", "reference"} <= {each.what for each in packing.dropped}
    assert {each.why for each in packing.dropped} == {"budget"}


def test_each_entry_counts_its_own_tokens(means: Means) -> None:
    kept, *_ = a_contract()
    packing, _ = packed(means)
    for each in packing.packed:
        assert each.tokens == means.tokens.count(kept.text[each.start : each.end])


@given(st.integers(40, 1_200), st.lists(st.sampled_from(sorted(CLAUSES)), min_size=1, unique=True))
@settings(max_examples=60, deadline=None)
def test_whatever_is_found_the_passages_fit_the_budget_and_needs_take_their_share_at_most(
    means: Means, budget: int, clauses: list[str]
) -> None:
    packing, _ = packed(means, budget, tuple(clauses))
    if packing.packed:
        assert means.tokens.count(packing.text) <= budget
    assert sum(each.tokens for each in packing.packed if each.why in {"definition", "reference"}) <= 0.3 * budget


def test_without_a_share_nothing_is_added(means: Means) -> None:
    kept, findings, places = a_contract()
    packer = Packer({"doc_a": kept}, means, {"doc_a": findings})
    packing = packer.passages([a_find(places["5"].start, places["5"].end)], 5_000, 0.0)
    assert [each.why for each in packing.packed] == ["hit"]


def test_a_term_is_used_in_the_plural_and_the_longest_term_counts() -> None:
    text = '"Sale" means a sale. "Sale Price" means its price. Later: all Sale Prices, and Sales.'
    terms = [
        Definition(t, text.index(f'"{t}"') + 1, text.index(f'"{t}"') + 1 + len(t), 0, 1, "means")
        for t in ("Sale", "Sale Price")
    ]
    findings = Findings.of(Details(definitions=tuple(terms)))
    later = Span(text.index("Later"), len(text))
    assert [each.term for each in findings.defined_for(text, later)] == ["Sale Price", "Sale"]
    assert [each.term for each in findings.defined_for(text, Span(later.start, text.index(", and")))] == ["Sale Price"]


def test_a_word_in_another_case_is_no_use_of_a_term() -> None:
    text = '"Services" means the work. Later: such services.'
    findings = Findings.of(Details(definitions=(Definition("Services", 1, 9, 0, 26, "means"),)))
    assert findings.defined_for(text, Span(27, len(text))) == []


def test_a_clause_that_announces_a_list_carries_it() -> None:
    text = "8.1 Fees.\nThe fees are as follows:\n\n(a) ten for one;\n\n(b) twenty for two.\n\nNothing else is owed."
    start = text.index("The fees")
    grown = with_list(text, Span(start, text.index(":\n") + 1))
    assert grown.of(text).endswith("(b) twenty for two.")
    plain = Span(start, start + 8)
    assert with_list(text, plain) == plain


def test_an_item_brings_the_words_that_announce_it() -> None:
    text = "8. Supplier shall not:\n(a) " + "sell. " * 10 + "\n(b) lend."
    items = [text.index("(a)"), text.index("(b)")]
    sections = [
        a_section("8", "", 1, 0, len(text)),
        a_section("8(a)", "", 2, items[0], items[1]),
        a_section("8(b)", "", 2, items[1], len(text)),
    ]
    announced = lead_in(a_text(text, sections), Span(items[1], len(text)))
    assert announced is not None
    assert announced.of(text) == "8. Supplier shall not:"
    assert lead_in(a_text(text, sections), Span(0, len(text))) is None


def test_a_hit_that_meets_a_definition_stays_a_hit_and_definitions_that_touch_are_one() -> None:
    definition, hit = Piece(Span(0, 10), "definition", ("A",)), Piece(Span(8, 20), "hit")
    assert joined([definition], hit, 0) == ([], Piece(Span(0, 20), "hit"))
    assert joined([hit], definition, 0) == ([], Piece(Span(0, 20), "hit"))
    near = Piece(Span(12, 20), "definition", ("B",))
    assert joined([definition], near, 5) == ([], Piece(Span(0, 20), "definition", ("A", "B")))
    assert joined([definition], Piece(Span(12, 20), "reference", ("Section 1",)), 5)[0] == [definition]
