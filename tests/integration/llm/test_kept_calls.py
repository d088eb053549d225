"""A call that was kept is not made again: its reply, or the fault it ended with for good, stands for it, and is counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from analysis.answering.mapping.calls import Calls, NotKept, Wanted
from analysis.answering.mapping.keeping import KeptCall
from analysis.answering.mapping.ledger import Ledger
from analysis.context.tokens import Tokens
from analysis.llm.client import GptOss as Client
from proviso.errors import LlmError, LlmUnavailable
from proviso.types.chat import Message
from tests.instruments.gptoss import GptOss, an_error
from tests.integration.llm.asking import a_client

TOKENS = Tokens()
WHAT = "The next window"


@dataclass
class Shelf:
    """Keeps calls in memory."""

    calls: list[KeptCall] = field(default_factory=list)
    waits: bool = True

    async def kept(self) -> Sequence[KeptCall]:
        return list(self.calls)

    async def keep(self, call: KeptCall) -> None:
        self.calls.append(call)


def wanted(question: str = "Which law?", document: str = "doc_a") -> Wanted:
    messages = (Message("developer", "Copy out."), Message("user", question))
    return Wanted("map", messages, "low", 400, None, (document,))


async def a_run(client: Client, shelf: Shelf) -> tuple[Calls, Ledger]:
    ledger = Ledger(None)
    calls = Calls(client, ledger, TOKENS, shelf)
    await calls.recall()
    return calls, ledger


async def test_the_reply_is_recalled_and_what_it_took_counts_once() -> None:
    shelf = Shelf()
    with GptOss() as server:
        server.reply("Delaware.", reasoning="Let me see.")
        async with a_client(server) as client:
            first, before = await a_run(client, shelf)
            said = await first.made(wanted(), WHAT)
            second, after = await a_run(client, shelf)
            again = await second.made(wanted(), WHAT)
        assert len(server.chats) == 1
    assert again == replace(said, reasoning="")
    assert shelf.calls[0].completion == again
    assert (after.spent, after.counted, after.reported) == (before.spent, before.counted, before.reported)
    assert after.calls == before.calls


async def test_a_fault_for_good_is_raised_again_and_one_that_passes_is_not_kept() -> None:
    shelf = Shelf()
    with GptOss() as server:
        server.reply_when("law", an_error(400, "Computer says no."))
        async with a_client(server) as client:
            calls, _ = await a_run(client, shelf)
            with pytest.raises(LlmError, match="Computer says no"):
                await calls.made(wanted(), WHAT)
            calls, _ = await a_run(client, shelf)
            with pytest.raises(LlmError, match="Computer says no"):
                await calls.made(wanted(), WHAT)
            assert len(server.chats) == 1
            server.refuse_connections()
            with pytest.raises(LlmUnavailable):
                await calls.made(wanted("Who signed?"), WHAT)
            server.accept_connections()
    assert len(shelf.calls) == 1


async def test_the_same_words_of_two_documents_and_the_same_asked_twice_are_calls_of_their_own() -> None:
    keys = {each.key for each in (wanted(), wanted(document="doc_b"), replace(wanted(), again=1), wanted("Who?"))}
    assert len(keys) == 4
    assert wanted().key == wanted().key


async def test_words_that_are_gone_with_a_document_are_asked_for_again_and_both_times_count() -> None:
    shelf = Shelf()
    with GptOss() as server:
        server.always("Delaware.")
        async with a_client(server) as client:
            calls, before = await a_run(client, shelf)
            said = await calls.made(wanted(), WHAT)
            shelf.calls = [replace(shelf.calls[0], key=None, completion=replace(said, text=""))]
            calls, after = await a_run(client, shelf)
            assert not calls.any_kept
            with pytest.raises(NotKept):
                await calls.recalled(wanted())
            await calls.made(wanted(), WHAT)
    assert after.spent == 2 * before.spent
