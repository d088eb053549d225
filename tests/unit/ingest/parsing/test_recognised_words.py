"""Recognised words (no Tesseract needed): what its hOCR comes to, which marks are no words, and the way back to the displayed page."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.ocr_lines import lines_of
from ingest.parsing.ocr_page import Recognised, decode, encode
from ingest.parsing.ocr_words import Word, confidence_of, words_of
from ingest.parsing.pdf_recognised import displayed
from ingest.parsing.pdf_tilt import Tilt
from proviso.boxes import PageWords

UPRIGHT = Tilt(0.0, 0, 612.0, 792.0)


def hocr(*lines: str) -> str:
    areas = "".join(f"<div class='ocr_carea'>{line}</div>" for line in lines)
    return f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{areas}</body></html>'.replace(
        ' xmlns="http://www.w3.org/1999/xhtml"', ""
    )


def a_line(words: str, y: int, confidence: int = 95, x: int = 100) -> str:
    spans, at = [], x
    for word in words.split():
        title = f"bbox {at} {y + 5} {at + 20 * len(word)} {y + 25}; x_wconf {confidence}"
        spans.append(f"<span class='ocrx_word' title='{title}'>{word}</span>")
        at += 20 * len(word) + 10
    title = f"bbox {x} {y} {at} {y + 30}; baseline 0 -5; x_size 30; x_descenders 5; x_ascenders 8"
    return f"<span class='ocr_line' title=\"{title}\">{' '.join(spans)}</span>"


def a_word(text: str, x: float, y: float, line: int, confidence: float = 95.0) -> Word:
    return Word(text, (x, y, x + 6.0 * len(text), y + 10.0), confidence, line, line, 10.0)


def texts(*lines: str) -> list[str]:
    return [line.text for line in lines_of(words_of(hocr(*lines), 200))]


def test_a_word_is_as_high_as_its_line_is_set() -> None:
    first, second = words_of(hocr(a_line("are Agreed", 100)), 200)
    assert first.box == pytest.approx((100 * 0.36, 100 * 0.36, 160 * 0.36, 130 * 0.36))
    assert (first.box[1], first.box[3]) == (second.box[1], second.box[3])
    assert first.confidence == 95
    assert confidence_of([]) == 0


def test_ligatures_are_letters() -> None:
    assert texts(a_line("ﬁnal eﬀect", 100)) == ["final effect"]


def test_ruling_lines_specks_and_shading_are_no_words() -> None:
    found = texts(
        a_line("| Fee |", 100),
        a_line("'", 200, 96),
        a_line("oo eee wo", 300, 12),
        a_line("§ 7 ~", 400, 90),
        a_line("—", 500, 20),
    )
    assert found == ["Fee", "§ 7 ~"]


def test_marks_that_say_something_was_left_out_stay() -> None:
    assert texts(a_line("* * *", 100)) == ["* * *"]


def test_a_number_in_the_margin_goes_to_its_clause() -> None:
    words = [
        a_word("2.2", 50, 100, 0),
        a_word("2.3", 50, 128, 1),
        a_word("Fees", 90, 100, 2),
        a_word("are", 120, 100, 2),
        a_word("due.", 90, 114, 3),
        a_word("Term", 90, 128, 4),
    ]
    lines = lines_of(words)
    assert [line.text for line in lines] == ["2.2 Fees are", "due.", "2.3 Term"]
    assert [lines[0].text[start:end] for start, end, _ in lines[0].words] == ["2.2", "Fees", "are"]


def test_figures_of_a_table_stay_in_their_column() -> None:
    words = [a_word("12", 50, 100, 0), a_word("34", 50, 114, 1), a_word("56", 90, 100, 2), a_word("78", 90, 114, 3)]
    assert [line.text for line in lines_of(words)] == ["12", "34", "56", "78"]


def test_a_misread_bullet_is_a_bullet() -> None:
    words = [a_word("©", 50, 100, 0), a_word("First", 70, 100, 0), a_word("©", 50, 114, 1)]
    assert [line.text for line in lines_of(words)] == ["• First", "©"]


def test_a_hyphen_breaks_a_word_only_before_a_small_letter() -> None:
    words = [
        a_word("agree-", 50, 100, 0),
        a_word("ment", 50, 114, 1),
        a_word("non-", 50, 128, 2),
        a_word("EU", 50, 142, 3),
    ]
    assert [line.hyphenated for line in lines_of(words)] == [True, False, False, False]


def test_lines_of_nearly_one_size_are_set_alike() -> None:
    words = [
        Word(text, (50, y, 200, y + 10), 95, at, at, size)
        for at, (text, y, size) in enumerate(
            [("the first line of it", 100, 10.0), ("and a second one here", 114, 11.5), ("Title", 60, 16.0)]
        )
    ]
    assert [line.height for line in lines_of(words)] == [11.5, 11.5, 16.0]


def test_what_was_recognised_is_kept_and_read_back() -> None:
    found = Recognised(Tilt(1.5, 1, 612.0, 792.0), (a_word("Fees", 90, 100, 0),), False, ("fra",))
    assert decode(encode(found)) == found
    page = decode(encode(found)).page()
    assert (page.recognised, page.width, page.tilt) == (True, 612.0, found.tilt)
    assert Recognised(UPRIGHT, (), True).page().tilt is None


@pytest.mark.parametrize("data", [b"", b"PVBOX\x00\x01\x00", encode(Recognised(UPRIGHT, (), True))[:-3]])
def test_what_is_no_recognised_page_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"recognised page"):
        decode(data)


@given(
    st.floats(-4, 4), st.integers(0, 3), st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.floats(1, 60), st.floats(5, 20)
)
def test_a_box_goes_back_to_where_its_words_are_displayed(
    degrees: float, quarters: int, across: float, down: float, width: float, height: float
) -> None:
    tilt = Tilt(degrees, quarters, 612.0, 792.0)
    a, b, c, d, e, f = tilt.matrix()
    x, y = 612 * across, 792 * down
    middle = a * x + c * y + e, b * x + d * y + f
    box = (middle[0] - width / 2, middle[1] - height / 2, middle[0] + width / 2, middle[1] + height / 2)
    x0, y0, x1, y1 = tilt.shown(box)
    assert 0 <= x0 <= x <= x1 <= 612
    assert 0 <= y0 <= y <= y1 <= 792
    assert (x1 - x0) * (y1 - y0) < (width + 0.08 * height) * (height + 0.08 * width) + 1


def test_a_line_that_leans_has_several_boxes_and_one_that_is_straight_has_one() -> None:
    boxes = [value for at in range(8) for value in (50.0 + 60 * at, 100.0, 100.0 + 60 * at, 110.0)]
    starts = array("i", range(0, 80, 10))
    words = PageWords(
        1, 612, 792, starts, array("i", [start + 9 for start in starts]), array("i", [3] * 8), array("f", boxes)
    )
    assert len(set(displayed(words, Tilt(0.0, 2, 612, 792)).lines)) == 1
    leaning = displayed(words, Tilt(2.0, 0, 612, 792))
    assert 3 <= len(set(leaning.lines)) <= 8
    assert list(leaning.lines) == sorted(leaning.lines)
