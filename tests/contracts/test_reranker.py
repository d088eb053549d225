"""What every Reranker keeps to: the servers of each kind through HTTP, and a LlamaIndex postprocessor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest

from analysis.rerank.endpoint import EndpointReranker
from api.llamaindex.rerank import LlamaIndexReranker
from proviso.errors import RerankUnavailable
from proviso.ports import Reranker
from tests.instruments.rerankers import KINDS, RerankServer, WordShare, share

QUESTION = "may a party assign this agreement"
TEXTS = ["Fees are due.", "Neither party may assign this agreement.", "The parties agree.", ""]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture(params=[*KINDS, "llamaindex"])
async def reranker(request: pytest.FixtureRequest, stack: ExitStack) -> AsyncIterator[Reranker]:
    opened: Reranker
    if request.param == "llamaindex":
        opened = LlamaIndexReranker(WordShare(top_n=200))
    else:
        opened = EndpointReranker(stack.enter_context(RerankServer(request.param)).url, "m")
    yield opened
    await opened.close()


async def test_each_text_gets_its_score_in_the_order_given(reranker: Reranker) -> None:
    assert await reranker.rerank(QUESTION, TEXTS) == pytest.approx([share(QUESTION, text) for text in TEXTS])


async def test_more_texts_than_a_server_takes_at_once_get_their_scores(reranker: Reranker) -> None:
    texts = [f"Clause {i}: a party {'may assign' if i % 3 else 'pays'}." for i in range(100)]
    assert await reranker.rerank(QUESTION, texts) == pytest.approx([share(QUESTION, text) for text in texts])


async def test_the_same_text_twice_scores_the_same(reranker: Reranker) -> None:
    one, other, _ = await reranker.rerank(QUESTION, [TEXTS[1], TEXTS[1], TEXTS[0]])
    assert one == other


async def test_no_texts_are_no_scores(reranker: Reranker) -> None:
    assert await reranker.rerank(QUESTION, []) == []


async def test_it_has_a_name(reranker: Reranker) -> None:
    assert reranker.name


@pytest.fixture(params=["refusing server", "server gone", "failing postprocessor"])
async def broken(request: pytest.FixtureRequest, stack: ExitStack) -> AsyncIterator[Reranker]:
    opened: Reranker
    if request.param == "failing postprocessor":
        opened = LlamaIndexReranker(WordShare(fails=True))
    else:
        server = stack.enter_context(RerankServer())
        server.faults = ["401"] * 9
        if request.param == "server gone":
            server.stop()
        opened = EndpointReranker(server.url, "m")
    yield opened
    await opened.close()


async def test_whatever_breaks_is_rerank_unavailable(broken: Reranker) -> None:
    with pytest.raises(RerankUnavailable):
        await broken.rerank(QUESTION, TEXTS)
