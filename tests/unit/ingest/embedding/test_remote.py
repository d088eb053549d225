"""Embeddings from an OpenAI-compatible server, over real HTTP."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator

import pytest

from ingest.embedding.remote import BATCH_TEXTS, RemoteEmbedder
from ingest.embedding.wordpiece import TextTooLong
from proviso.errors import EmbedderUnavailable
from tests.unit.ingest.embedding.server import EmbeddingServer, Reply, embeddings, letter_counts


@pytest.fixture
async def remote(server: EmbeddingServer) -> AsyncIterator[RemoteEmbedder]:
    opened = await RemoteEmbedder.open(server.base_url, "letters", api_key="sesame")
    yield opened
    await opened.close()


async def test_the_dimensions_are_learnt_from_the_server(remote: RemoteEmbedder) -> None:
    assert (remote.dimensions, remote.name) == (26, "letters/26")


async def test_known_dimensions_need_no_question_to_the_server(server: EmbeddingServer) -> None:
    opened = await RemoteEmbedder.open(server.base_url, "letters", dimensions=26)
    await opened.close()

    assert server.requests == []


async def test_vectors_come_in_the_order_of_the_texts_at_unit_length(
    server: EmbeddingServer, remote: RemoteEmbedder
) -> None:
    texts = ["abba", "cab", "zzz"]
    for text, vector in zip(texts, await remote.embed(texts), strict=True):
        raw = letter_counts(text)
        assert list(vector) == pytest.approx([value / math.hypot(*raw) for value in raw])
    assert set(server.keys) == {"Bearer sesame"}


async def test_many_texts_go_out_in_batches(server: EmbeddingServer, remote: RemoteEmbedder) -> None:
    server.requests.clear()
    texts = [f"{'a' * (n % 7 + 1)} b" for n in range(BATCH_TEXTS * 2 + 5)]

    vectors = await remote.embed(texts)

    assert [len(request["input"]) for request in server.requests] == [BATCH_TEXTS, BATCH_TEXTS, 5]
    assert [text for request in server.requests for text in request["input"]] == texts
    assert list(vectors[-1]) == list((await remote.embed(texts[-1:]))[0])


async def test_a_text_that_may_not_fit_is_refused_before_it_is_sent(
    server: EmbeddingServer, remote: RemoteEmbedder
) -> None:
    server.requests.clear()
    with pytest.raises(TextTooLong):
        await remote.embed(["term " * 400])
    assert server.requests == []


@pytest.mark.parametrize("question", ["term " * 400, "不可抗力" * 400, "x" * 9000, "\ud800" * 3000])
async def test_a_long_question_is_cut_to_its_beginning(
    server: EmbeddingServer, remote: RemoteEmbedder, question: str
) -> None:
    server.answer = lambda texts: embeddings(["abc" for _ in texts])
    await remote.embed_query(question)

    (sent,) = server.requests[-1]["input"]
    assert 0 < len(sent) < len(question)
    assert remote.count_tokens(sent) <= remote.max_tokens


def replies(status: int, body: object, **headers: str) -> Reply:
    return status, json.dumps(body), {"content-type": "application/json", "x-should-retry": "false", **headers}


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (replies(401, {"error": {"message": "bad key"}}), r"at 127\.0\.0\.1 \(model letters\) answered 401: .*bad key"),
        (replies(500, {"error": {"message": "out of memory"}}), "answered 500: .*out of memory"),
        (replies(404, {"detail": "Not Found"}), "answered 404"),
        ((200, "<html>Welcome</html>", {"content-type": "text/html"}), "something other than embeddings.*base URL"),
        ((200, "{", {"content-type": "application/json"}), "something other than embeddings"),
        (replies(200, {"data": []}), "did not send one vector for each of 2 texts"),
        (replies(200, {"data": [{"index": 0, "embedding": [1.0] * 26}] * 2}), "did not send one vector for each"),
        (replies(200, {"data": [{"index": i, "embedding": [1.0] * 3} for i in (0, 1)]}), "3 numbers instead of 26"),
        (replies(200, {"data": [{"index": i, "embedding": [0.0] * 26} for i in (0, 1)]}), "without a direction"),
    ],
)
async def test_a_fault_of_the_server_becomes_a_sentence(
    server: EmbeddingServer, remote: RemoteEmbedder, reply: Reply, sentence: str
) -> None:
    server.answer = lambda _: reply
    with pytest.raises(EmbedderUnavailable, match=sentence):
        await remote.embed(["a", "b"])


async def test_a_server_that_asks_for_patience_is_quoted(server: EmbeddingServer, remote: RemoteEmbedder) -> None:
    reply = replies(429, {"error": {"message": "slow down"}}, **{"retry-after": "7"})
    server.answer = lambda _: reply
    with pytest.raises(EmbedderUnavailable, match="answered 429") as caught:
        await remote.embed(["a"])
    assert caught.value.retry_after_s == 7


async def test_a_passing_fault_is_tried_again(server: EmbeddingServer, remote: RemoteEmbedder) -> None:
    faults = [(503, "{}", {"content-type": "application/json", "retry-after-ms": "10"})]
    server.answer = lambda texts: faults.pop() if faults else embeddings(texts)

    assert len(await remote.embed(["a"])) == 1


async def test_an_absent_server_is_a_sentence(server: EmbeddingServer) -> None:
    server.stop()
    with pytest.raises(EmbedderUnavailable, match=r"at 127\.0\.0\.1 \(model letters\) cannot be reached"):
        await RemoteEmbedder.open(server.base_url, "letters")
