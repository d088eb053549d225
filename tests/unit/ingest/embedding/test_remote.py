"""Embeddings from an OpenAI-compatible server, over real HTTP."""

from __future__ import annotations

import json
import math
import time
from collections.abc import AsyncIterator

import pytest

from ingest.embedding.patience import Patience
from ingest.embedding.remote import BATCH_TEXTS, RemoteEmbedder
from ingest.embedding.wordpiece import TextTooLong
from proviso.errors import EmbedderUnavailable
from tests.instruments.embeddings import JSON, EmbeddingServer, Reply, embeddings, late, letter_counts, refusal


@pytest.fixture
async def remote(server: EmbeddingServer) -> AsyncIterator[RemoteEmbedder]:
    opened = await RemoteEmbedder.open(server.base_url, "letters", api_key="sesame", patience=Patience(pause_s=0.01))
    yield opened
    await opened.close()


async def test_the_dimensions_are_learnt_from_the_server(remote: RemoteEmbedder) -> None:
    assert (remote.dimensions, remote.name) == (26, "letters/26")


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


def replies(status: int, body: object) -> Reply:
    return status, json.dumps(body), JSON


NULL = {"data": [{"index": i, "embedding": [None] * 26} for i in (0, 1)]}


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (replies(401, {"error": {"message": "bad key"}}), r"at 127\.0\.0\.1 \(model letters\) answered 401: .*bad key"),
        (replies(404, {"detail": "Not Found"}), "answered 404"),
        (replies(422, {"error": {"message": "no such model"}}), "answered 422: .*no such model"),
        ((200, "<html>Welcome</html>", {"content-type": "text/html"}), "something other than embeddings.*base URL"),
        ((200, "{", JSON), "something other than embeddings"),
        ((200, "", JSON), "something other than embeddings"),
        (replies(200, NULL), "something other than embeddings"),
        (replies(200, {"data": []}), "did not send one vector for each of 2 texts"),
        (replies(200, {"data": [{"index": 0, "embedding": [1.0] * 26}] * 2}), "did not send one vector for each"),
        (replies(200, {"data": [{"index": i, "embedding": [1.0] * 3} for i in (0, 1)]}), "3 numbers instead of 26"),
        (replies(200, {"data": [{"index": i, "embedding": [0.0] * 26} for i in (0, 1)]}), "without a direction"),
        (replies(200, {"data": [{"index": i, "embedding": [math.nan] * 26} for i in (0, 1)]}), "without a direction"),
    ],
)
async def test_a_fault_that_will_not_pass_is_a_sentence_after_one_request(
    server: EmbeddingServer, remote: RemoteEmbedder, reply: Reply, sentence: str
) -> None:
    server.answer = lambda _: reply
    server.requests.clear()
    with pytest.raises(EmbedderUnavailable, match=sentence):
        await remote.embed(["a", "b"])
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 529])
async def test_a_fault_that_may_pass_is_asked_again_until_it_has(
    server: EmbeddingServer, remote: RemoteEmbedder, status: int
) -> None:
    server.then(*[refusal(status)] * 3)
    assert len(await remote.embed(["a"])) == 1
    assert server.texts == ["a"] * 4


async def test_after_four_tries_the_last_fault_is_the_sentence(server: EmbeddingServer, remote: RemoteEmbedder) -> None:
    server.then(*[refusal(503, "loading model")] * 9)
    with pytest.raises(EmbedderUnavailable, match=r"answered 503: .*loading model"):
        await remote.embed(["a"])
    assert len(server.requests) == 4


async def test_the_pauses_double(server: EmbeddingServer) -> None:
    patient = await RemoteEmbedder.open(server.base_url, "letters", patience=Patience(pause_s=0.1))
    server.then(*[refusal(503)] * 3)
    begin = time.monotonic()
    await patient.embed(["a"])
    assert 0.7 <= time.monotonic() - begin < 3
    await patient.close()


async def test_a_server_that_asks_for_a_pause_gets_it(server: EmbeddingServer, remote: RemoteEmbedder) -> None:
    server.then(refusal(429, retry_after="0.4"))
    begin = time.monotonic()
    await remote.embed(["a"])
    assert 0.4 <= time.monotonic() - begin < 3


async def test_a_pause_that_is_too_long_is_passed_on_to_the_caller(
    server: EmbeddingServer, remote: RemoteEmbedder
) -> None:
    server.then(refusal(429, "slow down", retry_after="70"))
    with pytest.raises(EmbedderUnavailable, match="answered 429") as caught:
        await remote.embed(["a"])
    assert (caught.value.retry_after_s, len(server.requests)) == (70, 1)


async def test_a_question_is_asked_twice_at_most(server: EmbeddingServer, remote: RemoteEmbedder) -> None:
    server.then(*[refusal(503)] * 5)
    with pytest.raises(EmbedderUnavailable, match="answered 503"):
        await remote.embed_query("a")
    assert len(server.requests) == 2


async def test_a_server_that_does_not_answer_in_time_is_asked_twice_and_a_sentence(server: EmbeddingServer) -> None:
    hasty = await RemoteEmbedder.open(server.base_url, "letters", patience=Patience(pause_s=0.01, timeout_s=0.2))
    server.then(*[late(0.5)] * 5)
    with pytest.raises(EmbedderUnavailable, match=r"did not answer within 0\.2 seconds"):
        await hasty.embed(["a"])
    assert len(server.requests) == 2
    await hasty.close()


async def test_a_batch_that_is_too_large_goes_out_in_halves(server: EmbeddingServer, remote: RemoteEmbedder) -> None:
    def takes_three(texts: list[str]) -> Reply:
        return embeddings(texts) if len(texts) <= 3 else refusal(413, "batch size 8 > maximum 3")(texts)

    server.answer = takes_three
    server.requests.clear()
    texts = [letter * (at + 1) for at, letter in enumerate("abcdefgh")]
    vectors = await remote.embed(texts)

    assert [len(request["input"]) for request in server.requests] == [8, 4, 2, 2, 4, 2, 2]
    assert [list(vector).index(1.0) for vector in vectors] == list(range(8))


async def test_one_text_that_the_server_finds_too_large_is_a_sentence(
    server: EmbeddingServer, remote: RemoteEmbedder
) -> None:
    server.then(*[refusal(413, "inputs must have less than 512 tokens")] * 2)
    with pytest.raises(EmbedderUnavailable, match=r"answered 413: .*less than 512 tokens"):
        await remote.embed(["a"])
    assert len(server.requests) == 1


async def test_a_key_that_a_server_repeats_is_not_repeated_by_us(
    server: EmbeddingServer, remote: RemoteEmbedder
) -> None:
    server.then(refusal(401, "the key sesame is not valid"))
    with pytest.raises(EmbedderUnavailable, match="the key … is not valid"):
        await remote.embed(["a"])


async def test_a_model_that_sends_other_vectors_than_the_published_one_is_told(
    server: EmbeddingServer, caplog: pytest.LogCaptureFixture
) -> None:
    opened = await RemoteEmbedder.open(server.base_url, "bge-m3")
    await opened.close()
    assert "sends vectors of 26 numbers; the published model of that name has 1024" in caplog.text


async def test_an_absent_server_is_a_sentence(server: EmbeddingServer) -> None:
    server.stop()
    with pytest.raises(EmbedderUnavailable, match=r"at 127\.0\.0\.1 \(model letters\) cannot be reached"):
        await RemoteEmbedder.open(server.base_url, "letters", patience=Patience(pause_s=0.01))
