"""From a server's raw stream to outcome, quotes and answer: no leak and no citation of gpt-oss's own gets through, wherever it is cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.answering.reply import Reply, ReplyPiece
from analysis.llm.sanitize import HarmonyFilter

REPLY = (
    '<outcome>answered</outcome>\n<quote n="1" doc="D1">governed by the laws of Delaware</quote>\n'
    '<quote n="2" doc="D2">fee of 5【%】 契約</quote>\n<answer>Delaware【1†L9-L11】 governs; the fee is 5 %【2】【source†L3】.</answer>'
)
THINKING = "We need <answer>no【3†L1】</answer> the law."
LEAKS = {
    "clean": "{reply}",
    "marked": "<|channel|>analysis<|message|>{thinking}<|end|><|start|>assistant<|channel|>final<|message|>{reply}<|return|>",
    "worded": "analysis{thinking}assistantfinal{reply}",
    "without its opening": "{thinking}assistantfinal{reply}",
    "marked, header with a constraint": "<|start|>assistant<|channel|>final <|constrain|>json<|message|>{reply}<|end|>",
    "commentary before": "<|channel|>commentary to=functions.x<|message|>{thinking}<|call|>{reply}",
}
CUTS = st.lists(st.integers(0, 600), max_size=60)


def said(pieces: list[str]) -> tuple[str, list[tuple[int, str, str]], str]:
    """Outcome, quotes and answer of a raw stream, as the service reads them: what is void was never said."""
    harmony, reply, out = HarmonyFilter(), Reply(), list[ReplyPiece]()
    for kind, text in [piece for each in pieces for piece in harmony.feed(each)] + harmony.close():
        if kind == "void":
            reply, out = Reply(), []
        elif kind == "text":
            out += reply.feed(text)
    out += reply.end()
    outcome = "".join(each.text for each in out if each.kind == "outcome")
    quotes = [(each.n, each.doc, each.text) for each in out if each.kind == "quote"]
    return outcome, quotes, "".join(each.text for each in out if each.kind == "answer")


def cut(text: str, places: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[a:b] for a, b in itertools.pairwise(edges)]


SCRAPS = "【 】 † 1 6†L9-L11 【2†L1】 【source†x】 重要 a-b <|end|> assistantfinal <answer>".split()
SCRAPS += ["\n", " ", "x" * 30]
EXPECTED = (
    "answered",
    [(1, "D1", "governed by the laws of Delaware"), (2, "D2", "fee of 5【%】 契約")],
    "Delaware[1] governs; the fee is 5 %[2].",
)


@pytest.mark.parametrize("shape", LEAKS)
@given(places=CUTS)
def test_a_reply_is_the_same_whatever_leaks_around_it_and_wherever_it_is_cut(shape: str, places: list[int]) -> None:
    raw = LEAKS[shape].format(reply=REPLY, thinking="We need the law." if shape == "worded" else THINKING)
    assert said(cut(raw, places)) == EXPECTED


@pytest.mark.parametrize("shape", LEAKS)
def test_a_reply_that_comes_letter_by_letter_is_the_same(shape: str) -> None:
    assert said(list(LEAKS[shape].format(reply=REPLY, thinking=THINKING))) == EXPECTED


@given(parts=st.lists(st.sampled_from(SCRAPS), max_size=14), places=CUTS)
def test_citations_and_markers_in_any_order_read_the_same_wherever_they_are_cut(
    parts: list[str], places: list[int]
) -> None:
    raw = "".join(parts)
    assert said(cut(raw, places)) == said([raw]) == said(list(raw))
