"""The setting RERANKER: what it opens, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from api.reranking import open_reranker
from proviso.errors import RerankUnavailable
from proviso.settings import Settings
from tests.instruments.rerankers import RerankServer, WordShare

OURS = f"llamaindex:{WordShare.__module__}:WordShare"
QUESTION, TEXTS = "may assign", ["may", "may assign", "fees"]


def settings(reranker: str, **more: Any) -> Settings:
    return Settings(_env_file=None, reranker=reranker, **more)


def test_no_reranker_is_the_default() -> None:
    assert open_reranker(Settings(_env_file=None)) is None
    assert open_reranker(settings("none")) is None


async def test_an_endpoint_is_asked_with_the_key_and_model_of_the_settings() -> None:
    with RerankServer() as server:
        reranker = open_reranker(settings(f"endpoint:BAAI/bge@v2@{server.url}", rerank_api_key="secret"))
        assert reranker is not None
        assert await reranker.rerank(QUESTION, TEXTS) == [0.5, 1.0, 0.0]
        assert (server.requests[0]["model"], server.keys) == ("BAAI/bge@v2", ["Bearer secret"])
        await reranker.close()


async def test_a_postprocessor_is_loaded_by_name_and_keeps_every_candidate() -> None:
    reranker = open_reranker(settings(OURS))
    assert reranker is not None
    assert await reranker.rerank(QUESTION, TEXTS) == [0.5, 1.0, 0.0]


async def test_options_reach_the_postprocessor() -> None:
    reranker = open_reranker(settings(f"{OURS}?scale=10&made_for=a+b&top_n=2"))
    assert reranker is not None
    assert await reranker.rerank(QUESTION, TEXTS) == [5.0, 10.0, 4.0]  # the third was left out, so it comes last


async def test_a_postprocessor_that_takes_too_long_is_not_waited_for() -> None:
    reranker = open_reranker(settings(f"{OURS}?seconds=1", rerank_timeout_s=0.1))
    assert reranker is not None
    with pytest.raises(RerankUnavailable, match=r"0\.1 seconds"):
        await reranker.rerank(QUESTION, TEXTS)


@pytest.mark.parametrize(("option", "said"), [("fails=true", "no weights"), ("scores=false", "no score")])
async def test_a_postprocessor_that_gives_no_scores_is_named(option: str, said: str) -> None:
    reranker = open_reranker(settings(f"{OURS}?{option}"))
    assert reranker is not None
    with pytest.raises(RerankUnavailable, match=said):
        await reranker.rerank(QUESTION, TEXTS)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cohere", "not known"),
        ("endpoint:bge", "not known"),
        ("endpoint:@http://x/rerank", "not known"),
        ("endpoint:bge@ftp://x", "not known"),
        ("llamaindex:json", "not known"),
        ("llamaindex:no_such_module:Rerank", "cannot be loaded"),
        ("llamaindex:json:Rerank", "cannot be loaded"),
        ("llamaindex:json:JSONDecoder", "no LlamaIndex node postprocessor"),
        (f"{OURS}?top_n=many", "cannot be opened"),
    ],
)
def test_what_means_nothing_is_refused_with_a_sentence(name: str, said: str) -> None:
    with pytest.raises(RerankUnavailable, match=said):
        open_reranker(settings(name))


def test_a_cross_encoder_without_its_library_is_refused_with_a_sentence() -> None:
    try:
        import sentence_transformers  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        with pytest.raises(RerankUnavailable, match="sentence-transformers"):
            open_reranker(settings("llamaindex:llama_index.core.postprocessor:SentenceTransformerRerank"))
    else:
        pytest.skip("sentence-transformers is installed here")


def test_starting_the_service_loads_no_llama_index() -> None:
    code = (
        "import sys, api.server, api.wiring, api.reranking; from proviso.settings import Settings;"
        "api.reranking.open_reranker(Settings(_env_file=None));"
        "print([name for name in sys.modules if name.partition('.')[0] == 'llama_index'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
