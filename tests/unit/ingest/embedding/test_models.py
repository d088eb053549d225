"""What models want, found by names as servers spell them."""

from __future__ import annotations

import pytest

from ingest.embedding.models import UNKNOWN, Profile, profile_of
from ingest.embedding.remote import RemoteEmbedder
from proviso.errors import IndexUnavailable
from records.index.schema import identity, require_same
from tests.instruments.embeddings import EmbeddingServer

SEARCH = "Represent this sentence for searching relevant passages: "


@pytest.mark.parametrize(
    "names",
    [
        "BAAI/bge-m3 bge-m3 bge-m3:latest gpustack/bge-m3-GGUF:Q8_0 text-embedding-bge-m3 @cf/baai/bge-m3 bge-m3:567m-fp16",
        "intfloat/multilingual-e5-small multilingual-e5-small-q4 Multilingual_E5_Small.Q8_0.gguf dragonkue/multilingual-e5-small-ko",
        "nomic-ai/nomic-embed-text-v1.5 nomic-embed-text:latest nomic-embed-text:v1.5 nomic-ai/nomic-embed-text-v1.5-GGUF",
        "Qwen/Qwen3-Embedding-0.6B qwen3-embedding:0.6b Qwen3-Embedding-0.6B-Q8_0.gguf text-embedding-qwen3-embedding-0.6b",
        "google/embeddinggemma-300m embeddinggemma:latest ggml-org/embeddinggemma-300M-GGUF embeddinggemma:300m-qat-q8_0",
        "Snowflake/snowflake-arctic-embed-l-v2.0 snowflake-arctic-embed2:latest snowflake-arctic-embed2:568m",
        "BAAI/bge-small-en-v1.5 bge-small-en-v1.5 qllama/bge-small-en-v1.5:q8_0 Qdrant/bge-small-en-v1.5-onnx-Q",
        "mixedbread-ai/mxbai-embed-large-v1 mxbai-embed-large:latest mxbai-embed-large-v1-f16.gguf",
    ],
)
def test_a_model_is_the_same_however_a_server_spells_it(names: str) -> None:
    found = {profile_of(name) for name in names.split()}
    assert len(found) == 1
    assert found != {UNKNOWN}


@pytest.mark.parametrize(
    ("name", "query", "passage", "max_tokens", "speaks_german"),
    [
        ("intfloat/multilingual-e5-large", "query: ", "passage: ", 512, True),
        ("intfloat/e5-base-v2", "query: ", "passage: ", 512, False),
        ("BAAI/bge-large-en-v1.5", SEARCH, "", 512, False),
        ("BAAI/bge-m3", "", "", 8192, True),
        ("Snowflake/snowflake-arctic-embed-xs", SEARCH, "", 512, False),
        ("Snowflake/snowflake-arctic-embed-m-v2.0", "query: ", "", 8192, True),
        ("nomic-embed-text", "search_query: ", "search_document: ", 2048, False),
        ("nomic-embed-text-v2-moe", "search_query: ", "search_document: ", 512, True),
        ("mxbai-embed-large", SEARCH, "", 512, False),
        ("thenlper/gte-base", "", "", 512, False),
        ("Alibaba-NLP/gte-multilingual-base", "", "", 8192, True),
        ("google/embeddinggemma-300m", "task: search result | query: ", "title: none | text: ", 2048, True),
        ("jinaai/jina-embeddings-v2-base-de", "", "", 8192, True),
        ("text-embedding-3-small", "", "", 8191, True),
        ("acme/legal-embed", "", "", 512, True),
    ],
)
def test_a_model_gets_what_its_card_asks_for(
    name: str, query: str, passage: str, max_tokens: int, speaks_german: bool
) -> None:
    profile = profile_of(name)
    assert (profile.query, profile.passage, profile.max_tokens) == (query, passage, max_tokens)
    assert (profile.languages is None or "de" in profile.languages) is speaks_german


def test_an_instructed_model_gets_the_instruction_of_its_card() -> None:
    task = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
    assert profile_of("qwen3-embedding:8b").query == task
    assert profile_of("multilingual-e5-large-instruct").query == f"{task} "


@pytest.mark.parametrize("name", ["bge-reranker-v2-m3x", "e5", "legal-bge", "biggte-large", "my-model", ""])
def test_a_name_that_only_resembles_one_gets_no_prefix(name: str) -> None:
    assert profile_of(name) is UNKNOWN


def test_the_scheme_changes_with_either_prefix_and_is_empty_without() -> None:
    schemes = {Profile(*pair).scheme for pair in [("", ""), ("q", ""), ("", "q"), ("q", "q"), ("qq", "")]}
    assert len(schemes) == 5
    assert "" in schemes


async def test_prefixes_are_really_sent_before_questions_and_passages(server: EmbeddingServer) -> None:
    embedder = await RemoteEmbedder.open(server.base_url, "hf.co/nomic-ai/nomic-embed-text-v1.5-GGUF:Q4_K_M")
    server.requests.clear()

    await embedder.embed(["Fees are due.", "Ohio."])
    await embedder.embed_query("When are fees due?")
    await embedder.close()

    passages = ["search_document: Fees are due.", "search_document: Ohio."]
    assert server.texts == [*passages, "search_query: When are fees due?"]


async def test_other_prefixes_make_another_name_and_so_another_index(server: EmbeddingServer) -> None:
    names = []
    for profile in (None, Profile("query: ", "passage: "), Profile("query: ", ""), UNKNOWN):
        embedder = await RemoteEmbedder.open(server.base_url, "bge-m3", profile=profile)
        names.append(embedder.name)
        await embedder.close()
    assert names[0] == names[3] == "bge-m3/26"
    assert len(set(names)) == 3


async def test_prefixes_count_towards_the_limit_of_the_model(server: EmbeddingServer) -> None:
    embedder = await RemoteEmbedder.open(server.base_url, "mxbai-embed-large")
    assert embedder.max_tokens == 512
    await embedder.embed_query("term " * 3000)
    await embedder.close()

    sent = server.texts[-1]
    assert sent.startswith(SEARCH)
    assert 500 < embedder.count_tokens(sent) <= 512 + embedder.count_tokens("")
    e5 = await RemoteEmbedder.open(server.base_url, "e5-base-v2")
    assert e5.max_tokens == 512 - e5.count_tokens("passage: ")
    await e5.close()


def test_an_index_made_with_other_prefixes_is_refused() -> None:
    stored = identity(384, "multilingual-e5-small/384")
    wanted = identity(384, f"multilingual-e5-small/384{profile_of('multilingual-e5-small').scheme}")
    with pytest.raises(IndexUnavailable, match=r"built with the embedder multilingual-e5-small/384 \(384 dimensions\)"):
        require_same(stored, wanted, "the test")
