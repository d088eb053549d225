"""Clauses where paragraphs were lost, headings that only look like ones, lists, articles and tables of contents."""

from __future__ import annotations

import time

import pytest

from ingest.structure.sections import find_sections
from ingest.structure.structured import structured
from proviso.types.documents import Block, Parsed
from tests.unit.ingest.structure.builders import marked, outline_of, paragraphs


def paths(*parts: str) -> list[str]:
    return [section.path for section in outline_of(*parts).sections]


LOST = (
    "RESELLER AGREEMENT This agreement is made by both. 1. Definitions. a. “Company” means one of them. b. “Marks” means signs. "
    "2. Scope. Reseller may sell: (a) goods; and (b) services. 3. Fees. They are due in May. 10. Beyond. Not a clause."
)


def test_clauses_and_their_items_are_found_in_a_page_without_paragraphs() -> None:
    assert paths(LOST) == ["1", "1(a)", "1(b)", "2", "2(a)", "2(b)", "3"]


def test_numbers_with_two_parts_are_found_after_a_title_without_a_full_stop() -> None:
    words = (
        "Preliminary words of the contract come first. 1.0 Services 1.1. Client requires services from the CRO. 1.2. This forms the basis. "
        "2.0 Payment 2.1 Client will pay the CRO as agreed in Section 1.2. Nothing else is due. "
    )
    outline = outline_of(words)
    assert [(section.path, section.title) for section in outline.sections] == [
        ("1.0", "Services"),
        ("1.1", ""),
        ("1.2", ""),
        ("2.0", "Payment"),
        ("2.1", ""),
    ]
    assert [section.level for section in outline.sections] == [1, 2, 2, 1, 2]


def test_a_missing_number_does_not_lose_what_follows() -> None:
    found = paths("1. Scope", "2. Fees", "2.1 One is due.", "2.2 Two is due.", "2.4 Four is due.", "3. Term")
    assert found == ["1", "2", "2.1", "2.2", "2.4", "3"]


def test_a_number_that_is_only_quoted_ahead_of_its_turn_is_no_clause() -> None:
    assert paths("1. Scope. Broad.", "3. Fees. See below.", "2. Term. A year.", "3. Fees. Ten.") == ["1", "2", "3"]


def test_names_over_signature_lines_are_no_sections() -> None:
    text, blocks = marked(
        ("heading", 1, "1. Term"),
        ("paragraph", 0, "One year. IN WITNESS WHEREOF, the parties have signed."),
        ("heading", 2, "RESELLER"),
        ("paragraph", 0, "By: ____________ Name: Jane Roe"),
        ("heading", 2, "I3 ICS, LLC"),
        ("paragraph", 0, "By: ____________"),
        ("heading", 2, "Total License Fee:"),
        ("heading", 1, "EXHIBIT A"),
        ("heading", 2, "LEAD FORM"),
        page=1,
    )
    assert [(section.path, section.title) for section in find_sections(text, blocks).sections] == [
        ("1", "Term"),
        ("EXHIBIT A", "LEAD FORM"),
    ]


def test_an_unnumbered_heading_neither_holds_the_clauses_after_it_nor_ends_the_clause_around_it() -> None:
    parts = [
        "RECITALS",
        "Words.",
        "1. Services. Many.",
        "GENERAL",
        "Words about services.",
        "2. Fees. Few.",
        "3. Term. Short.",
    ]
    outline = outline_of(*parts)
    assert [(section.path, section.level) for section in outline.sections] == [
        ("", 1),
        ("1", 1),
        ("1", 2),
        ("2", 1),
        ("3", 1),
    ]
    first = outline.sections[1]
    assert "Words about services." in "\n\n".join(parts)[first.start : first.end]


def test_a_list_under_an_item_stays_in_it_and_the_items_go_on() -> None:
    assert paths("1. Duties. Of both:", "(a) first:", "1. cut", "2. paint", "(b) second.", "2. Fees. None.") == [
        "1",
        "1(a)",
        "1(a)(1)",
        "1(a)(2)",
        "1(b)",
        "2",
    ]


def test_each_article_may_count_its_clauses_anew() -> None:
    found = paths(
        "Item One Investment", "1. Build it.", "2. Run it.", "Item Two Operation", "1. Keep it.", "2. Mend it."
    )
    assert found == ["Item One", "Item One, 1", "Item One, 2", "Item Two", "Item Two, 1", "Item Two, 2"]


def test_the_same_exhibit_at_the_head_of_each_page_is_one() -> None:
    assert paths("1. Term. A year.", "EXHIBIT A PLAN", "Words.", "EXHIBIT A PLAN", "More words.", "EXHIBIT B") == [
        "1",
        "EXHIBIT A",
        "EXHIBIT B",
    ]


def test_clauses_of_an_appendix_bear_its_letter() -> None:
    assert paths("1. Introduction", "Words.", "Appendix A. Examples", "A.1. First", "A.1.1. Detail", "A.2. Second")[
        1:
    ] == [
        "Appendix A",
        "A.1",
        "A.1.1",
        "A.2",
    ]


def test_a_table_of_contents_is_known_without_its_name_by_titles_that_come_again() -> None:
    entries = ["1. Introduction", "2. Frames", "2.1. Frame Size", "3. Streams"]
    body = [f"{entry}\n\nWords about it that are long enough." for entry in entries]
    assert paths(*entries, *body) == ["1", "2", "2.1", "3"]


def test_items_with_bullets_in_a_table_of_contents_are_no_sections() -> None:
    text, blocks = marked(
        ("list_item", 0, "• 1. Introduction"),
        ("list_item", 0, "• 2. Frames"),
        ("list_item", 0, "• 2.1. Frame Size"),
        ("list_item", 0, "• 3. Streams"),
        *[
            part
            for title in ("1. Introduction", "2. Frames", "3. Streams")
            for part in (("heading", 2, title), ("paragraph", 0, "Words about it that are long."))
        ],
    )
    assert [section.path for section in find_sections(text, blocks).sections] == ["1", "2", "3"]


def test_steps_in_a_list_are_no_sections_where_the_format_marks_those() -> None:
    text, blocks = marked(
        ("heading", 2, "4. Algorithms"),
        ("paragraph", 0, "4. Append the rest."),
        ("paragraph", 0, "5. Consume the input."),
        ("heading", 2, "5. Security"),
    )
    assert [section.path for section in find_sections(text, blocks).sections if not section.path.endswith(")")] == [
        "4",
        "5",
    ]


def test_a_clause_laid_out_as_a_table_is_a_clause_and_a_row_of_figures_is_none() -> None:
    rows = (
        "1.1\tThe Company shall deliver the goods to the place named.",
        "1.2\tThe Customer shall pay within thirty days of delivery.",
    )
    text, blocks = marked(
        ("paragraph", 0, "1. Delivery"), *[("table_row", 0, row) for row in rows], ("table_row", 0, "1.3\t17")
    )
    assert [section.path for section in find_sections(text, blocks).sections] == ["1", "1.1", "1.2"]


@pytest.mark.parametrize(
    "unit",
    ["(", "((a)", "1.1.", "1. ", "Section ", "Section 1.1 and ", '"', '"a" or ', "“X” means ", '("a"', "(a) ", "A, Inc. and ", ". . . ",
     "EXHIBIT A ", "this Agreement between ", "1. A\n", "a ", " ", "\xa0", "§ 1", "²", "of the ", "January 1, 2020 ", "“"],
)  # fmt: skip
def test_hostile_text_costs_no_more_than_its_length(unit: str) -> None:
    seconds = []
    for chars in (10_000, 40_000):
        text = unit * (chars // len(unit))
        started = time.process_time()
        structured(Parsed(text, (Block("paragraph", 0, len(text)),), "text/plain"), "x.txt")
        seconds.append(time.process_time() - started)
    assert seconds[1] < 10 * seconds[0] + 0.3


def test_numbers_in_other_scripts_are_words() -> None:
    text = "1. One. Words.\n\n² Two\n\n٣. Three\n\n𝟜. Four\n\n2. Two. Words."
    assert [section.path for section in find_sections(text, paragraphs(text)).sections] == ["1", "2"]


def test_a_heading_called_contents_swallows_no_sections_with_words_under_them() -> None:
    words = "The supplier keeps the stock at the level that the annex states for it."
    text, blocks = marked(
        ("heading", 1, "Part A"), ("heading", 2, "Contents"), ("paragraph", 0, "What the box holds is listed here."),
        ("heading", 2, "Overview"), ("paragraph", 0, words), ("heading", 2, "Details"), ("paragraph", 0, words),
        ("heading", 1, "Part B"), ("heading", 2, "Overview"), ("paragraph", 0, words), ("heading", 2, "Details"), ("paragraph", 0, words),
    )  # fmt: skip
    titles = [section.title for section in find_sections(text, blocks).sections]
    assert titles == ["Part A", "Contents", "Overview", "Details", "Part B", "Overview", "Details"]


def test_a_ten_whose_first_digit_was_lost_does_not_begin_the_numbering() -> None:
    found = outline_of("0. Scope", "Some words.", "1. Term", "Other words.", "2. Fees", "More.")
    assert [section.path for section in found.sections] == ["0", "1", "2"]
    found = outline_of("0. Notices", "Some words.", "11. Waiver", "Other words.", "12. Fees", "More.")
    assert "0" not in [section.path for section in found.sections]
