"""An endpoint that cannot be reached is left alone for a while, then tried by one call."""

from __future__ import annotations

import asyncio

import httpx2
import openai
import pytest

from analysis.llm.breaker import Breaker
from proviso.errors import LlmUnavailable

REQUEST = httpx2.Request("POST", "http://127.0.0.1:1/v1/chat/completions")
REFUSED = openai.APIConnectionError(request=REQUEST)


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def a_breaker() -> tuple[Breaker, Clock]:
    clock = Clock()
    return Breaker("gpu:8000", faults_in_a_row=3, rest_s=5.0, now=clock), clock


def fail(breaker: Breaker, error: Exception = REFUSED, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(type(error)), breaker.call():
            raise error


class Knock:
    """Whether somebody answers, and how often that was asked."""

    def __init__(self, *, there: bool) -> None:
        self.there = there
        self.times = 0

    async def __call__(self) -> bool:
        self.times += 1
        await asyncio.sleep(0.01)
        return self.there


async def test_three_faults_in_a_row_make_the_next_call_fail_at_once_and_say_when_to_come_back() -> None:
    breaker, clock = a_breaker()
    fail(breaker, times=2)
    await breaker.admit(Knock(there=False))
    fail(breaker)
    clock.now_s += 2
    knock = Knock(there=True)
    with pytest.raises(LlmUnavailable, match="gpu:8000 could not be reached 3 times") as refused:
        await breaker.admit(knock)
    assert (refused.value.retry_after_s, knock.times) == (3.0, 0)


def test_an_answer_between_faults_begins_the_count_anew() -> None:
    breaker, _ = a_breaker()
    fail(breaker, times=2)
    with breaker.call():
        pass
    fail(breaker, times=2)
    assert not breaker.is_open


async def test_after_the_rest_one_look_lets_all_go_on() -> None:
    breaker, clock = a_breaker()
    fail(breaker, times=3)
    clock.now_s += 5
    knock = Knock(there=True)
    await asyncio.gather(*(breaker.admit(knock) for _ in range(5)))
    assert (knock.times, breaker.is_open) == (1, False)


async def test_a_look_that_finds_nobody_makes_it_rest_again() -> None:
    breaker, clock = a_breaker()
    fail(breaker, times=3)
    clock.now_s += 5
    knock = Knock(there=False)
    refused = await asyncio.gather(*(breaker.admit(knock) for _ in range(5)), return_exceptions=True)
    assert [type(each) for each in refused] == [LlmUnavailable] * 5
    assert knock.times == 1
    clock.now_s += 5
    knock.there = True
    await breaker.admit(knock)
    assert not breaker.is_open


def test_a_server_that_answers_whatever_it_says_is_reached() -> None:
    breaker, _ = a_breaker()
    fail(breaker, times=2)
    fail(breaker, openai.InternalServerError("no", response=httpx2.Response(500, request=REQUEST), body=None))
    fail(breaker, times=2)
    fail(breaker, openai.APITimeoutError(request=REQUEST))
    assert not breaker.is_open
