"""What `doctor` says of an endpoint: a sentence for each thing that is so, and for each that has to be mended."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.llm.examine import examine
from tests.instruments.gptoss import GptOss, Reply, leaked_markers, null_with_stop, ran_out_of_tokens
from tests.instruments.gptoss.hosts import SHAPES
from tests.integration.llm.asking import a_client


async def findings(server: GptOss, **client: Any) -> dict[str, tuple[bool, str]]:
    """What is said of each check, by its name without "model: "."""
    async with a_client(server, **client) as model:
        found = await examine(model, lambda messages: 92)
    return {each.check.removeprefix("model: "): (each.ok, each.detail) for each in found}


@pytest.mark.parametrize("shape", SHAPES)
async def test_nothing_is_wrong_with_a_server_that_works(shape: str) -> None:
    with GptOss(shape=shape) as server:
        server.reply_when("JSON only", '{"ready": true}').always(Reply(text="READY", reasoning="So I say it."))
        found = await findings(server)
    assert [name for name, (ok, _) in found.items() if not ok] == []
    assert set(found) == {
        "reachable", "kind of server", "listed", "window", "answers", "streams", "thinking", "JSON schema", "usage", "silent cut",
    }  # fmt: skip
    assert "apart from the answer" in found["thinking"][1]
    assert found["kind of server"][1].endswith(".")


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (ran_out_of_tokens(), "all 1,000 output tokens went into thinking"),
        (null_with_stop(), "the model stopped by itself (finish reason: stop)"),
        (Reply(text="", finish_reason="content_filter"), "the server's filter held it back"),
        (Reply(status=401), "check the key"),
    ],
)
async def test_an_endpoint_that_gives_no_answer_says_why(reply: Reply, says: str) -> None:
    with GptOss() as server:
        server.always(reply)
        ok, detail = (await findings(server))["answers"]
    assert not ok
    assert says in detail


async def test_raw_markers_are_named_and_are_no_fault() -> None:
    with GptOss() as server:
        server.always(leaked_markers("READY"))
        found = await findings(server)
    assert found["answers"] == (True, found["answers"][1])
    assert "raw markers" in found["answers"][1]
    assert "raw inside the answer" in found["thinking"][1]


async def test_a_prompt_that_is_cut_already_is_a_fault() -> None:
    with GptOss(shape="ollama", context_tokens=64) as server:
        server.always("READY")
        found = await findings(server, model="gpt-oss:20b")
    ok, detail = found["silent cut"]
    assert not ok
    assert "OLLAMA_CONTEXT_LENGTH" in detail
    assert "OLLAMA_CONTEXT_LENGTH" in found["window"][1]


async def test_another_model_than_gpt_oss_counts_otherwise_and_a_cut_would_not_be_noticed() -> None:
    with GptOss(models=("llama-3-8b",)) as server:
        server.always(Reply(text="READY", prompt_tokens=30))
        found = await findings(server, model="llama-3-8b")
    assert found["silent cut"] == (True, "would not be noticed: llama-3-8b does not count tokens as gpt-oss does")


async def test_a_server_with_one_model_says_which_it_is_whatever_was_asked_for() -> None:
    with GptOss(shape="llama.cpp") as server:
        server.always("READY")
        ok, detail = (await findings(server))["listed"]
    assert ok
    assert "gpt-oss-20b-mxfp4.gguf" in detail
    assert "openai/gpt-oss-120b" in detail


async def test_a_misspelt_model_is_named_with_its_neighbours() -> None:
    with GptOss() as server:
        found = await findings(server, model="openai/gpt-oss-20")
    assert found["listed"][0] is found["answers"][0] is False
    assert "did you mean openai/gpt-oss-20b" in found["listed"][1]
