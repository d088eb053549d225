from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.answering.reply import Reply, ReplyPiece
from tests.instruments.gptoss.formats import answer_script, clarification_script

Read = tuple[list[ReplyPiece], str]
"""Outcome, quotes and clarification in order; the answer put together."""

FRAGMENTS = st.sampled_from(
    ["<outcome>", "</outcome>", "<answer>", "</answer>", "<clarification>", "</clarification>", '<quote n="1" doc="D1">',
     "<quote n=2 doc='D2'>", "</quote>", "<quote/>", "<", ">", "</", "<answ", "<b>", " < 5 ", "\n", "  ", "[1]", "answered",
     "Delaware", "<QUOTE N='3'>", "<quote " + "x" * 250 + ">", "<answerless>", '="', "é", "\u2028"]
)  # fmt: skip
REPLIES = st.lists(FRAGMENTS | st.text(max_size=6), max_size=14).map("".join)


def read(*pieces: str) -> Read:
    reply = Reply()
    heard = [out for piece in pieces for out in reply.feed(piece)] + reply.end()
    return fold(heard)


def fold(heard: Iterable[ReplyPiece]) -> Read:
    all_pieces = list(heard)
    answer = "".join(piece.text for piece in all_pieces if piece.kind == "answer")
    return [piece for piece in all_pieces if piece.kind != "answer"], answer


def cut(text: str, places: Iterable[int]) -> list[str]:
    at = sorted({place % (len(text) + 1) for place in places})
    return [text[start:end] for start, end in zip([0, *at], [*at, len(text)], strict=True)]


@given(REPLIES, st.lists(st.integers(0, 10_000), max_size=12))
def test_a_reply_cut_anywhere_says_the_same(text: str, places: list[int]) -> None:
    whole = read(text)
    assert read(*cut(text, places)) == whole
    assert read(*text) == whole


@given(st.text(max_size=80).filter(lambda text: "<" not in text))
def test_a_reply_without_a_tag_is_an_answer(text: str) -> None:
    assert read(text) == ([], text.replace("\x00", "\ufffd").strip())


@given(st.text("ab <>/\n.[1]", max_size=40))
def test_what_stands_between_the_answer_tags_is_the_answer(text: str) -> None:
    pieces, answer = read(f"<outcome>answered</outcome>\n<answer>\n{text}\n</answer>\n")
    assert (pieces, answer) == ([ReplyPiece("outcome", "answered")], text.strip())


@given(REPLIES)
def test_an_answer_has_no_white_space_around_it(text: str) -> None:
    _, answer = read(text)
    assert answer == answer.strip()


def test_a_reply_in_the_form_of_the_prompt_is_read_in_its_order() -> None:
    script = answer_script(
        "Delaware law governs [1]. Fees are due in 30 days [2].", [("D1", "the laws of Delaware"), ("D2", "net 30")]
    )
    assert read(script) == (
        [
            ReplyPiece("outcome", "answered"),
            ReplyPiece("quote", "the laws of Delaware", 1, "D1"),
            ReplyPiece("quote", "net 30", 2, "D2"),
        ],
        "Delaware law governs [1]. Fees are due in 30 days [2].",
    )


def test_a_question_back_is_a_clarification_and_no_answer() -> None:
    pieces, answer = read(clarification_script("Which agreement do you mean?"))
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("outcome", "needs_clarification"),
        ("clarification", "Which agreement do you mean?"),
    ]
    assert answer == ""


def test_the_answer_is_told_as_it_grows() -> None:
    reply = Reply()
    told = [
        [piece.text for piece in reply.feed(text)]
        for text in ("<answer>Dela", "ware ", "law <", "b> is", " it", ".</answer>")
    ]
    assert told == [["Dela"], ["ware"], [" law"], [" <b> is"], [" it"], ["."]]


def test_a_quote_is_told_when_it_is_whole() -> None:
    reply = Reply()
    assert reply.feed('<quote n="1" doc="D1">the laws of ') == []
    assert reply.feed("Delaware</quo") == []
    assert reply.feed("te>") == [ReplyPiece("quote", "the laws of Delaware", 1, "D1")]


def test_a_quote_keeps_its_lines() -> None:
    assert read('<quote n="1" doc="D1">\nthe laws\n  of Delaware\n</quote>')[0] == [
        ReplyPiece("quote", "the laws\n  of Delaware", 1, "D1")
    ]


@pytest.mark.parametrize(
    ("tag", "n", "doc"),
    [
        ('<quote n="2" doc="D3">', 2, "D3"),
        ("<quote n='2' doc='D3'>", 2, "D3"),
        ("<quote n=2 doc=D3>", 2, "D3"),
        ("<Quote  DOC = “D3”  N = “2” >", 2, "D3"),
        ('<quote doc="D3">', 1, "D3"),
        ('<quote n="two">', 1, ""),
        ("<quote>", 1, ""),
    ],
)
def test_attributes_are_read_in_every_usual_way_of_writing(tag: str, n: int, doc: str) -> None:
    assert read(f"{tag}words</quote>")[0] == [ReplyPiece("quote", "words", n, doc)]


@pytest.mark.parametrize(
    ("text", "pieces", "answer"),
    [
        ("<answer>No end", [], "No end"),
        ('<quote n="1" doc="D1">no end', [ReplyPiece("quote", "no end", 1, "D1")], ""),
        ('<quote n="1" doc="D1">no end<answer>A [1].', [ReplyPiece("quote", "no end", 1, "D1")], "A [1]."),
        ("<outcome>answered<answer>A.", [ReplyPiece("outcome", "answered")], "A."),
        ("<answer>A.</answer", [], "A."),
        ("<answer>A < B <", [], "A < B <"),
    ],
)
def test_a_tag_that_is_not_closed_ends_where_the_next_begins_or_the_reply_ends(
    text: str, pieces: list[ReplyPiece], answer: str
) -> None:
    assert read(text) == (pieces, answer)


def test_the_text_of_a_reply_without_an_answer_tag_is_its_answer() -> None:
    text = '<outcome>answered</outcome>\n<quote n="1" doc="D1">words</quote>\nDelaware law governs [1].'
    pieces, answer = read(text)
    assert ([piece.kind for piece in pieces], answer) == (["outcome", "quote"], "Delaware law governs [1].")


def test_words_before_the_first_tag_do_not_become_part_of_the_answer() -> None:
    assert read("Sure, here it is:\n<answer>Delaware [1].</answer>")[1] == "Delaware [1]."


def test_a_quote_inside_the_answer_does_not_end_it() -> None:
    pieces, answer = read('<answer>The law is <quote n="1" doc="D1">Delaware</quote>that of Delaware [1].</answer>')
    assert (pieces, answer) == ([ReplyPiece("quote", "Delaware", 1, "D1")], "The law is that of Delaware [1].")


def test_a_closing_tag_that_closes_nothing_loses_nothing() -> None:
    assert read("<answer>Delaware</quote> law [1].</answer>")[1] == "Delaware law [1]."


def test_a_second_answer_is_a_paragraph_of_its_own() -> None:
    assert read("<answer>One [1].</answer>\n<answer>Two [2].</answer>")[1] == "One [1].\n\nTwo [2]."


def test_an_empty_quote_is_none() -> None:
    assert read('<quote n="1" doc="D1"> </quote><quote n="2" doc="D1"/><answer>A.</answer>') == ([], "A.")


def test_a_reply_begun_anew_knows_nothing_of_the_first() -> None:
    first = Reply()
    first.feed('<outcome>answered</outcome><quote n="1" doc="D1">half of a quo')
    assert read("<answer>Delaware [1].</answer>") == ([], "Delaware [1].")


def test_what_no_database_takes_is_replaced() -> None:
    pieces, answer = read('<quote n="1" doc="D1">a\x00b</quote><answer>c\ud800d</answer>')
    assert (pieces[0].text, answer) == ("a\ufffdb", "c\ufffdd")


def test_a_reply_without_words_says_nothing() -> None:
    assert read("") == ([], "")
    assert read(" \n", "<answer>", "</answer>") == ([], "")
