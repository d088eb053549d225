"""Which section a chunk belongs to, with an outline and without one."""

from __future__ import annotations

from ingest.chunking.cuts import units
from ingest.chunking.outline import Outline, found_sections
from ingest.chunking.shape import BODY, Unit
from proviso.types.documents import Section


def words(start: int, end: int) -> Unit:
    return Unit(start, end, BODY, opens_paragraph=False)


NESTED = (
    Section("8", "8", "General", 1, 0, 100),
    Section("8.1", "8.1", "Notices", 2, 10, 40),
    Section("(a)", "8.1(a)", "", 3, 20, 30),
    Section("9", "9", "Term", 1, 100, 200),
)


def test_a_chunk_belongs_to_the_section_of_most_of_its_characters() -> None:
    outline = Outline(NESTED, 200)
    assert outline.owner([words(12, 18), words(20, 30)]).section == "8.1(a)"
    assert outline.owner([words(90, 100), words(100, 130)]).section == "9"


def test_words_after_a_subsection_belong_to_the_section_around_it() -> None:
    assert Outline(NESTED, 200).owner([words(60, 90)]).heading == "General"


def test_words_before_the_first_section_have_no_header() -> None:
    outline = Outline((Section("1", "1", "Term", 1, 50, 90),), 90)
    assert outline.owner([words(0, 40)]).headers == ("",)


def test_an_item_without_a_title_carries_the_titles_above_it() -> None:
    assert Outline(NESTED, 200).owner([words(20, 30)]).headers[0] == "General > Notices > 8.1(a)"


def test_the_title_of_the_document_is_no_part_of_a_header() -> None:
    sections = (Section("", "", "SERVICE AGREEMENT", 1, 0, 200), Section("3", "3", "Fees", 2, 40, 100))
    outline = Outline(sections, 200)
    assert outline.owner([words(50, 90)]).headers[0] == "3 Fees"
    assert (outline.owner([words(0, 30)]).heading, outline.owner([words(0, 30)]).headers) == (
        "SERVICE AGREEMENT",
        ("",),
    )


def test_flat_spans_are_nested_by_their_levels() -> None:
    flat = (Section("8", "8", "General", 1, 0, 10), Section("8.1", "8.1", "Notices", 2, 10, 40))
    assert Outline(flat, 40).owner([words(12, 30)]).headers[0] == "General > 8.1 Notices"


def test_headings_are_read_off_a_text_that_came_without_an_outline() -> None:
    text = "ARTICLE IV\nTERM AND TERMINATION\n\n4.1 Term. Two years.\n\n4.2 Termination for Cause. By notice.\n\n5. Fees.\nNone."
    found = [(s.number, s.title, text[s.start : s.end][:9]) for s in found_sections(text, units(text, (), ()))]
    assert found == [
        ("ARTICLE IV", "TERM AND TERMINATION", "ARTICLE I"),
        ("4.1", "Term", "4.1 Term."),
        ("4.2", "Termination for Cause", "4.2 Termi"),
        ("5", "Fees", "5. Fees.\n"),
    ]
