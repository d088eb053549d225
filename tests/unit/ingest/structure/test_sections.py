"""Sections of contracts and specifications, and the things that look like them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.structure.sections import find_sections
from proviso.structure import section_at
from proviso.types.documents import Section
from tests.unit.ingest.structure.builders import marked, outline_of, paragraphs


def sections_of(*parts: str) -> list[tuple[str, str, str]]:
    """Number, path and title of the sections of paragraphs."""
    return [(section.number, section.path, section.title) for section in outline_of(*parts).sections]


def test_a_contract_becomes_a_tree_of_articles_sections_and_subclauses() -> None:
    assert sections_of(
        "RESELLER AGREEMENT",
        "This agreement is made by both.",
        "ARTICLE I DEFINITIONS",
        "Section 1.1 Terms. As used here:",
        "(a) first means one;",
        "(i) and also this;",
        "(ii) and that;",
        "(b) second means two.",
        "1.2 Interpretation. Headings are for convenience.",
        "ARTICLE II",
        "2.1 Fees. The fee is due.",
        "EXHIBIT A PRICES",
        "1. Rates. Ten a day.",
    ) == [
        ("", "", "RESELLER AGREEMENT"),
        ("ARTICLE I", "ARTICLE I", "DEFINITIONS"),
        ("1.1", "1.1", "Terms"),
        ("(a)", "1.1(a)", ""),
        ("(i)", "1.1(a)(i)", ""),
        ("(ii)", "1.1(a)(ii)", ""),
        ("(b)", "1.1(b)", ""),
        ("1.2", "1.2", "Interpretation"),
        ("ARTICLE II", "ARTICLE II", ""),
        ("2.1", "2.1", "Fees"),
        ("EXHIBIT A", "EXHIBIT A", "PRICES"),
        ("1", "EXHIBIT A, 1", "Rates"),
    ]


def test_a_section_reaches_to_the_next_of_the_same_or_a_higher_level() -> None:
    parts = ["1. One. Words.", "(a) sub of one", "2. Two. Words.", "2.1 Sub. Words.", "3. Three. Words."]
    outline = outline_of(*parts)
    text = "\n\n".join(parts)
    spans = {section.path: text[section.start : section.end].strip() for section in outline.sections}
    assert spans["1"] == "\n\n".join(parts[:2])
    assert spans["2"] == "\n\n".join(parts[2:4])
    assert spans["3"] == parts[4]
    assert [section.level for section in outline.sections] == [1, 2, 1, 2, 1]


@pytest.mark.parametrize(
    "words",
    [
        "Section 8.2 of this Agreement shall survive.",
        "Section 2, as amended, applies.",
        "Article 5 of the Treaty shall apply.",
        "10 Main Street, Springfield",
        "25 April 2017",
        "2. 5 million dollars",
        "7.5% of the shares",
        "Exhibit B is attached and made part of this.",
        "BY: ______________",
        "NAME: JANE ROE",
        "99. Beyond. Any sequence.",
    ],
)
def test_what_only_looks_like_a_heading_opens_no_section(words: str) -> None:
    assert sections_of("1. Term. One year.", words, "2. Fees. None.") == [("1", "1", "Term"), ("2", "2", "Fees")]


def test_a_reference_at_a_line_start_inside_a_paragraph_opens_no_section() -> None:
    found = sections_of(
        "1. Term. It ends under Section\n2. Nothing else ends it, nor the clauses\n(a) or (b) of it.", "2. Fees. None."
    )
    assert [path for _, path, _ in found] == ["1", "2"]


def test_clauses_inside_one_paragraph_are_found_by_their_sequence() -> None:
    text = (
        "1. Term. This lasts one year. 2. Fees. The fee is 3. It is due in May 2. Not later. 3. Notices. In writing, to "
        "10. Main Street. 4. Governing Law. Delaware. " + "More words to make the block long. " * 12
    )
    assert [path for _, path, _ in sections_of(text)] == ["1", "2", "3", "4"]
    assert [text[block.start :][:2] for block in outline_of(text).blocks] == ["1.", "2.", "3.", "4."]


def test_a_table_of_contents_gives_no_clauses() -> None:
    contents = ["TABLE OF CONTENTS", "1. Definitions", "2. Term", "3. Fees .......... 7"]
    body = ["1. Definitions", "Words mean things.", "2. Term", "One year.", "3. Fees", "None."]
    found = sections_of(*contents, *body)
    assert [path for _, path, _ in found] == ["", "1", "2", "3"]
    assert find_sections("\n\n".join(body), paragraphs("\n\n".join(body))).sections[0].title == "Definitions"


def test_entries_with_leaders_and_page_numbers_are_contents_without_being_told() -> None:
    found = sections_of("1. Definitions ........ 3", "2. Term\t4", "1. Definitions", "Words.", "2. Term", "Year.")
    assert [title for _, _, title in found] == ["Definitions", "Term"]


def test_a_letter_i_after_h_is_a_letter_and_else_a_roman_one() -> None:
    letters = [f"({letter}) words" for letter in "abcdefghij"]
    assert [path for _, path, _ in sections_of("1. List. Of:", *letters)][-2:] == ["1(i)", "1(j)"]
    assert [path for _, path, _ in sections_of("1. List. Of:", "(i) one", "(ii) two")] == ["1", "1(i)", "1(ii)"]


def test_numbered_lists_inside_a_clause_do_not_disturb_the_clauses() -> None:
    found = sections_of(
        "1. Scope. Broad.", "2. Steps. As follows:", "1. cut it", "2. paint it", "3. Delivery. By rail."
    )
    assert [path for _, path, _ in found] == ["1", "2", "2(1)", "2(2)", "3"]


def test_the_label_of_a_filing_names_no_clauses_after_itself() -> None:
    assert sections_of("EXHIBIT 10.1", "RESELLER AGREEMENT", "1. Term. A year.")[-1] == ("1", "1", "Term")


def test_headings_of_the_format_are_taken_with_their_levels() -> None:
    text, blocks = marked(
        ("heading", 1, "# HTTP/2"),
        ("heading", 2, "## 4. HTTP Frames"),
        ("paragraph", 0, "Words."),
        ("heading", 3, "### 4.1. Frame Format"),
    )
    outline = find_sections(text, blocks)
    assert [(section.number, section.path, section.title, section.level) for section in outline.sections] == [
        ("", "", "HTTP/2", 1),
        ("4", "4", "HTTP Frames", 2),
        ("4.1", "4.1", "Frame Format", 3),
    ]


def test_bookmarks_of_a_pdf_are_trusted_over_the_look_of_its_lines() -> None:
    text, blocks = marked(
        *[("heading", 2, words) for words in ("Intro", "1 One", "Bold cell", "2 Two", "3 Three", "4 Four")], page=1
    )
    bookmarks = [Section("", "", "x", 1, blocks[at].start, len(text), 1) for at in (0, 1, 3, 4, 5)]
    assert [section.title for section in find_sections(text, blocks, bookmarks).sections] == [
        "Intro",
        "One",
        "Two",
        "Three",
        "Four",
    ]
    assert len(find_sections(text, blocks).sections) > 5 - 2


def test_blocks_are_marked_and_cut_where_a_section_begins() -> None:
    outline = outline_of("1. Term", "One year.\n2. Fees. None are due.\n(a) ever", "plain")
    assert [block.kind for block in outline.blocks] == ["heading", "paragraph", "paragraph", "list_item", "paragraph"]
    assert outline.blocks[0].level == 1


def test_the_deepest_section_at_an_offset_is_found() -> None:
    outline = outline_of("Before.", "1. One. Words.", "(a) sub", "2. Two. Words.")
    text_at = {path: section.start for section in outline.sections for path in [section.path]}
    assert section_at(outline.sections, 0) is None
    for path, start in text_at.items():
        found = section_at(outline.sections, start + 1)
        assert found is not None
        assert found.path == path
    assert section_at([], 5) is None


PARTS = "1. Term. A.|2. Fees|1.1 Sub. B.|(a) x|(i) y|ARTICLE I|EXHIBIT A|CAPS HEADING|words of a clause.|A. Recital|10 Main St"
LINES = st.sampled_from(PARTS.split("|"))


@given(st.lists(LINES, max_size=25))
def test_sections_nest_and_blocks_stay_in_order_whatever_the_text(lines: list[str]) -> None:
    text = "\n\n".join(lines)
    outline = find_sections(text, paragraphs(text))
    for above, below in pairwise(outline.sections):
        assert above.start <= below.start
        assert below.start >= above.end or below.end <= above.end
        assert below.level <= above.level + 1
    assert all(a.end <= b.start for a, b in pairwise(outline.blocks))
    assert " ".join(text[block.start : block.end] for block in outline.blocks).split() == text.split()
