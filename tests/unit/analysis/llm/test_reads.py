"""Events of a streamed reply: the same wherever its bytes are cut, those of one read together, and faults after what came before them."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import httpx
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.llm.reads import EventLines, reads

TOLD = [{"n": 1, "text": "Delaware – ¶"}, {"n": 2, "text": "a\nb"}, {"n": 3}]


def lines(*told: Any, end: str = "\n") -> bytes:
    """As a server sends them, a comment and a name of no account among them."""
    events = [": ping", *(f"event: chunk{end}data: {json.dumps(each, ensure_ascii=False)}" for each in told)]
    return "".join(event + end * 2 for event in events).encode()


async def heard(*pieces: bytes, breaks: Exception | None = None) -> AsyncIterator[list[Any]]:
    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
        if breaks is not None:
            raise breaks

    response = httpx.Response(200, request=httpx.Request("POST", "http://model/v1"), content=body())
    async for events in reads(SimpleNamespace(response=response)):  # type: ignore[arg-type]
        yield events


async def until_fault(events: AsyncIterator[list[Any]], found: list[Any]) -> None:
    """Keeps in `found` what was heard before the fault."""
    async for each in events:
        found += each


@given(places=st.lists(st.integers(0, 400), max_size=30), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_events_are_the_same_wherever_the_bytes_are_cut(places: list[int], end: str) -> None:
    whole = lines(*TOLD, end=end)
    edges = sorted({0, len(whole), *(place % (len(whole) + 1) for place in places)})
    cutting = EventLines()
    found = [data for a, b in itertools.pairwise(edges) for data in cutting.feed(whole[a:b])]
    assert [json.loads(data) for data in found] == TOLD


def test_data_of_several_lines_is_one_also_where_a_line_end_is_cut() -> None:
    cutting = EventLines()
    found = [data for piece in (b'data: {"a":\r', b"\ndata:  1}\r\n", b"\r\n") for data in cutting.feed(piece)]
    assert [json.loads(data) for data in found] == [{"a": 1}]


async def test_what_came_in_one_read_is_heard_together_and_nothing_waits_for_the_next() -> None:
    first, rest = lines(*TOLD[:2]), lines(TOLD[2])
    assert [events async for events in heard(first, rest[:9], rest[9:])] == [TOLD[:2], TOLD[2:]]


async def test_what_comes_after_the_end_is_not_heard() -> None:
    assert [events async for events in heard(lines(*TOLD) + b"data: [DONE]\n\n" + lines({"n": 4}), lines({}))] == [TOLD]


@pytest.mark.parametrize(
    ("then", "kind", "said"),
    [
        (lines({"error": {"message": "overloaded", "code": 503}}), openai.APIError, "overloaded"),
        (lines({"error": "broken"}), openai.APIError, "An error occurred"),
        (lines(["no object"]), ValueError, "not an object"),
        (b"data: <html>\n\n", ValueError, "Expecting value"),
        (b'data: "\xff"\n\n', ValueError, "utf-8"),
    ],
)
async def test_what_was_said_before_a_fault_in_the_same_read_is_heard(
    then: bytes, kind: type[Exception], said: str
) -> None:
    found: list[Any] = []
    with pytest.raises(kind, match=said):
        await until_fault(heard(lines(*TOLD) + then), found)
    assert found == TOLD


async def test_a_connection_that_breaks_is_an_error_of_the_connection() -> None:
    found: list[Any] = []
    with pytest.raises(openai.APIConnectionError) as caught:
        await until_fault(heard(lines(*TOLD), breaks=httpx.RemoteProtocolError("cut off")), found)
    assert (found, str(caught.value.__cause__)) == (TOLD, "cut off")
