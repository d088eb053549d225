"""Hits grown to clauses and neighbours."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analysis.retrieval.expand import Grown, expand, grow, merge
from proviso.text import Span
from tests.unit.analysis.builders import a_find, a_section, a_text

TEXT = "8. General\n\n8.1 Notices. By mail.\n\n8.2 Assignment. None. Not even\nto affiliates.\n\n9. Law\n\nDelaware."
SECOND, NINTH = TEXT.index("8.2"), TEXT.index("9. Law")
FIRST = TEXT.index("8.1")
SECTIONS = (
    a_section("8", "General", 1, 0, NINTH),
    a_section("8.1", "Notices", 2, FIRST, SECOND),
    a_section("8.2", "Assignment", 2, SECOND, NINTH),
    a_section("9", "Law", 1, NINTH, len(TEXT)),
)
NONE = Span(TEXT.index("None"), TEXT.index("None") + 5)


def test_a_hit_grows_to_its_clause() -> None:
    assert grow(TEXT, SECTIONS, NONE, 60).of(TEXT) == "8.2 Assignment. None. Not even\nto affiliates."


def test_a_hit_grows_to_the_largest_section_that_fits() -> None:
    assert grow(TEXT, SECTIONS, NONE, 500).of(TEXT).startswith("8. General")
    assert grow(TEXT, SECTIONS, NONE, 500).of(TEXT).endswith("affiliates.")


def test_a_clause_that_is_too_long_gives_whole_paragraphs_of_itself() -> None:
    text = "1. Long.\n" + "\n".join(f"Paragraph {i} of the clause." for i in range(20)) + "\n2. Next.\n"
    sections = (a_section("1", "Long", 1, 0, text.index("2. Next")),)
    at = text.index("Paragraph 10")
    grown = grow(text, sections, Span(at, at + 9), 120)
    assert grown.of(text).split("\n") == [f"Paragraph {i} of the clause." for i in range(8, 12)]


def test_neighbours_stay_inside_the_section() -> None:
    text = "1. One.\nFirst body.\n2. Two.\nSecond body is longer than the limit allows it to be.\n3. Three.\nThird."
    two, three = text.index("2. Two"), text.index("3. Three")
    sections = (a_section("1", "One", 1, 0, two), a_section("2", "Two", 1, two, three))
    grown = grow(text, sections, Span(two, two + 3), 30)
    assert two <= grown.start < grown.end <= three


def test_without_sections_a_hit_grows_to_its_paragraphs() -> None:
    assert (
        grow("Alpha.\n\nBeta gamma.\n\nDelta.", (), Span(8, 12), 12).of("Alpha.\n\nBeta gamma.\n\nDelta.")
        == "Beta gamma."
    )


def test_a_hit_longer_than_the_limit_stays_as_it_is() -> None:
    assert grow(TEXT, SECTIONS, Span(0, 80), 50) == Span(0, 80)


def test_growths_that_meet_become_one_with_the_better_hit() -> None:
    low, high = a_find(0, 10, score=0.2), a_find(30, 40, score=0.9)
    apart = a_find(0, 10, "b", score=0.5)
    merged = merge([Grown(high, Span(20, 60)), Grown(apart, Span(0, 50)), Grown(low, Span(0, 25))])
    assert merged == [Grown(high, Span(0, 60)), Grown(apart, Span(0, 50))]


def test_two_hits_of_a_clause_give_it_once() -> None:
    found = [a_find(FIRST, FIRST + 5, score=0.9), a_find(NONE.start, NONE.end, score=0.4)]
    grown = expand(found, {"doc_a": a_text(TEXT, SECTIONS)}, 500)
    assert [(each.found.score, each.span.of(TEXT)[:10]) for each in grown] == [(0.9, "8. General")]


@given(st.text(st.sampled_from("ab \n"), min_size=1, max_size=120), st.data())
def test_growing_never_loses_the_hit_nor_passes_the_limit(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    limit = data.draw(st.integers(1, 150))
    spans = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted), max_size=4))
    sections = [a_section(str(i), "", 1, a, b) for i, (a, b) in enumerate(spans)]
    grown = grow(text, sections, Span(start, end), limit)
    assert grown.contains(Span(start, end))
    assert len(grown) <= max(limit, end - start)
