"""A resolved quote becomes evidence with pages, boxes and section, all from the document."""

from __future__ import annotations

from array import array

from analysis.evidence.locate import evidence_of
from analysis.evidence.source import SourceDocument
from proviso import boxes
from proviso.boxes import PageWords
from proviso.text import Span
from proviso.types.documents import Page, Section
from proviso.types.search import ReadableDocument

FIRST = "1. Term\nThis Agreement runs for two\n"
SECOND = "years from the Effective Date.\n2. Law\nDelaware law governs."
TEXT = FIRST + SECOND
DOCUMENT = ReadableDocument("d1", "v1", 3, "Services Agreement", "msa.pdf", "default", len(TEXT), 20, 2)
PAGES = (
    Page(1, 0, len(FIRST), 612.0, 792.0, len(FIRST), "text_layer"),
    Page(2, len(FIRST), len(TEXT), 612.0, 792.0, len(SECOND), "text_layer"),
)
SECTIONS = (
    Section("", "", "Services Agreement", 0, 0, len(TEXT)),
    Section("1", "1", "Term", 1, 0, TEXT.index("2. Law")),
    Section("2", "2", "Law", 1, TEXT.index("2. Law"), len(TEXT)),
)


def words_of(page: Page) -> PageWords:
    """One box per word, ten points wide and high, a line per line of text."""
    starts, ends, lines, rects = array("i"), array("i"), array("i"), array("f")
    line, x, at = 0, 0.0, page.start
    for word in TEXT[page.start : page.end].replace("\n", " \n ").split(" "):
        if word == "\n":
            line, x, at = line + 1, 0.0, at + 1
            continue
        if word:
            starts.append(at)
            ends.append(at + len(word))
            lines.append(line)
            rects.extend([x, 20.0 * line, x + 10.0, 20.0 * line + 10.0])
            x += 10.0
            at += len(word)
        if TEXT[at : at + 1] == " ":
            at += 1
    return PageWords(page.number, page.width, page.height, starts, ends, lines, rects)


def a_source(*, with_boxes: bool = True, with_pages: bool = True) -> SourceDocument:
    encoded = boxes.encode([words_of(page) for page in PAGES]) if with_boxes else None
    return SourceDocument.of(DOCUMENT, TEXT, PAGES if with_pages else (), SECTIONS, encoded)


def test_a_quote_over_a_page_break_has_both_pages_and_a_box_per_line() -> None:
    found = evidence_of(1, "This Agreement runs for two years from the Effective Date.", a_source())
    assert found.state == "normalised"
    assert (found.page_start, found.page_end, found.section) == (1, 2, "1")
    assert [each.page for each in found.pages] == [1, 2]
    assert found.pages[0].boxes == ((0.0, 20.0, 50.0, 30.0),)
    assert found.pages[1].boxes == ((0.0, 0.0, 50.0, 10.0),)
    assert found.text == TEXT[found.start : found.end]


def test_the_innermost_section_is_named() -> None:
    assert evidence_of(2, "Delaware law governs.", a_source()).section == "2"


def test_a_section_without_a_number_is_named_by_its_title() -> None:
    source = SourceDocument.of(DOCUMENT, TEXT, PAGES, SECTIONS[:1])
    assert evidence_of(1, "Delaware law governs.", source).section == "Services Agreement"


def test_an_invented_quote_has_no_place() -> None:
    found = evidence_of(4, "The laws of Texas shall govern.", a_source())
    assert (found.state, found.text, found.start, found.end, found.page_start) == ("unverified", None, None, None, None)
    assert found.quote == "The laws of Texas shall govern."
    assert (found.pages, found.section, found.document_id, found.version) == ((), "", "d1", 3)


def test_a_document_without_pages_gives_none() -> None:
    found = evidence_of(1, "Delaware law governs.", a_source(with_pages=False, with_boxes=False))
    assert found.state == "exact"
    assert (found.pages, found.page_start, found.page_end) == ((), None, None)


def test_a_document_with_pages_but_no_boxes_still_names_the_page() -> None:
    found = evidence_of(1, "Delaware law governs.", a_source(with_boxes=False))
    assert (found.pages, found.page_start, found.page_end) == ((), 2, 2)


def test_the_packed_passage_decides_between_equal_places() -> None:
    text = "Fees are due monthly.\nFees are due monthly."
    source = SourceDocument.of(DOCUMENT, text)
    assert evidence_of(1, "Fees are due monthly.", source, prefer=[Span(22, 43)]).start == 22
