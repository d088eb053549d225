"""Who answers: rules, queue, last resort; formats; the extraction rule; the stand-alone process."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.instruments.gptoss import (
    Exchange,
    GptOss,
    Reply,
    answer_extractions,
    answer_script,
    cell,
    cells_script,
    clarification_script,
)
from tests.instruments.gptoss.extraction import documents_in
from tests.unit.instruments.conftest import ClientOf

FIELDS = ["/governing_law", "/renewal/notice"]
PROMPT = """Read the document. Give every field below.
- /governing_law (string): the law that governs
- /renewal/notice (duration)
<document id="D1" title="MSA">
MASTER SERVICES AGREEMENT
between Alpha and/or Beta, signed /s/ Jane Doe
</document>"""


def say(server: GptOss, text: str, **more: Any) -> str:
    """Asks over plain HTTP, from a test without an event loop."""
    body = {"model": server.model, "messages": [{"role": "user", "content": text}], **more}
    reply = httpx.post(f"{server.base_url}/chat/completions", json=body).json()
    return str(reply["choices"][0]["message"]["content"]) if "choices" in reply else f"error: {reply}"


def test_rules_come_before_the_queue_and_the_last_resort_after_it() -> None:
    with GptOss() as server:
        server.reply("first").reply("second").always(lambda request: f"{len(request.last_user)} characters")
        server.reply_when(r"governing LAW", "Delaware.", times=1)
        assert say(server, "hello") == "first"
        assert say(server, "the governing\nlaw?") == "second"
        assert say(server, "the Governing law?") == "Delaware."
        assert say(server, "the governing law?") == "18 characters"
        server.assert_exhausted()


def test_a_rule_may_be_a_function_of_the_whole_request() -> None:
    with GptOss() as server:
        server.reply_when(lambda request: request.effort == "high", "deep").always("shallow")
        assert say(server, "why?", reasoning_effort="high") == "deep"
        assert say(server, "why?", reasoning={"effort": "high"}) == "deep"
        assert say(server, "why?", chat_template_kwargs={"reasoning_effort": "high"}) == "deep"
        assert say(server, "why?") == "shallow"


def test_an_unscripted_request_is_an_error_that_is_remembered() -> None:
    with GptOss() as server:
        assert "unscripted" in say(server, "hello")
        assert [each.last_user for each in server.unmatched] == ["hello"]
        with pytest.raises(AssertionError, match="unscripted"):
            server.assert_exhausted()


def test_a_reply_nobody_asked_for_is_noticed() -> None:
    with GptOss() as server:
        server.reply("unused")
        with pytest.raises(AssertionError, match="1 queued"):
            server.assert_exhausted()


def test_a_scripted_function_that_raises_is_noticed() -> None:
    def broken(request: Exchange) -> Reply:
        raise KeyError(request.last_user)

    with GptOss() as server:
        server.always(broken)
        assert "error" in say(server, "hello")
        with pytest.raises(AssertionError, match="KeyError"):
            server.assert_exhausted()


async def test_a_request_is_recorded_whole(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.reply("ok")
        await client_of(server, api_key="secret").chat.completions.create(
            model=server.model,
            messages=[{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Why?"}],
            reasoning_effort="low",
            temperature=1.0,
        )
        seen = server.last
        assert (seen.method, seen.path, seen.status) == ("POST", "/v1/chat/completions", 200)
        assert seen.headers["authorization"] == "Bearer secret"
        assert (seen.instructions, seen.last_user, seen.effort) == ("Be brief.", "Why?", "low")
        assert seen.body["temperature"] == 1.0
        assert json.loads(seen.raw) == seen.body


async def test_many_clients_are_served_at_once(client_of: ClientOf) -> None:
    async with GptOss() as server:
        server.fault(between_chunks_s=0.01, times=20).always(lambda request: request.last_user)
        client = client_of(server)

        async def echo(n: int) -> str:
            events = await client.chat.completions.create(
                model=server.model, messages=[{"role": "user", "content": f"this is number {n}"}], stream=True
            )
            return "".join([event.choices[0].delta.content or "" async for event in events])

        assert await asyncio.gather(*map(echo, range(20))) == [f"this is number {n}" for n in range(20)]
        assert server.peak_in_flight > 1


def test_answers_are_written_in_the_form_the_model_is_asked_for() -> None:
    written = answer_script("Delaware [1] [2].", quotes=[("D1", "laws of Delaware"), ("D2", "State of\nDelaware")])
    assert written == (
        "<outcome>answered</outcome>\n"
        '<quote n="1" doc="D1">laws of Delaware</quote>\n'
        '<quote n="2" doc="D2">State of\nDelaware</quote>\n'
        "<answer>Delaware [1] [2].</answer>"
    )
    assert clarification_script("Which party?") == (
        "<outcome>needs_clarification</outcome>\n<clarification>Which party?</clarification>"
    )


def test_cells_are_written_in_the_form_the_model_is_asked_for() -> None:
    written = json.loads(cells_script([cell("/law", "Delaware", ["laws of Delaware"], doc="D1"), cell("/renewal")]))
    assert written == {
        "cells": [
            {"field": "/law", "doc": "D1", "found": True, "value": "Delaware", "quotes": ["laws of Delaware"]},
            {"field": "/renewal", "found": False, "value": None, "quotes": []},
        ]
    }


@pytest.mark.parametrize("found_in_100", [0, 100])
def test_the_extraction_rule_answers_every_field_of_the_prompt_by_copying(found_in_100: int) -> None:
    with GptOss() as server:
        server.always(answer_extractions(found_in_100=found_in_100, words=3))
        cells = json.loads(say(server, PROMPT))["cells"]
        assert [each["field"] for each in cells] == FIELDS
        quotes = ["MASTER SERVICES AGREEMENT"] if found_in_100 else []
        assert all((each["found"], each["quotes"]) == (bool(found_in_100), quotes) for each in cells)
        assert say(server, PROMPT) == say(server, PROMPT)
        server.assert_exhausted()


def test_the_extraction_rule_takes_fields_from_the_schema_and_documents_by_a_given_pattern() -> None:
    schema = {"properties": {"cells": {"items": {"properties": {"field": {"enum": ["/price", "/term"]}}}}}}
    response_format = {"type": "json_schema", "json_schema": {"name": "cells", "schema": schema}}
    with GptOss() as server:
        packed = re.compile(r"^\[(?P<doc>D\d+)\] (?P<text>.+?)(?=^\[D|\Z)", re.DOTALL | re.MULTILINE)
        server.always(answer_extractions(found_in_100=100, words=2, document=packed))
        cells = json.loads(say(server, "[D1] One Two Three", response_format=response_format))["cells"]
        assert [(each["field"], each["doc"], each["value"]) for each in cells] == [
            ("/price", "D1", "One Two"),
            ("/term", "D1", "One Two"),
        ]


@pytest.mark.parametrize(
    ("packed", "found"),
    [
        (
            '<document id="D1" title="A">one two</document><document id="D2">three</document>',
            [("D1", "one two"), ("D2", "three")],
        ),
        ("<source title='A' doc='D3'>\none two\n<source doc='D4'>three", [("D3", "\none two\n"), ("D4", "three")]),
        ("<document>one two</document>", [(None, "one two")]),
        ("no document here", []),
    ],
)
def test_packed_documents_are_found_in_several_forms(packed: str, found: list[tuple[str | None, str]]) -> None:
    request = Exchange("POST", "/v1/chat/completions", {}, b"", {"messages": [{"role": "user", "content": packed}]})
    assert list(documents_in(request)) == found


def test_it_runs_as_a_process_of_its_own(tmp_path: Path, repository: Path) -> None:
    script = {
        "rules": [{"when": "law", "reply": {"text": "Delaware.", "reasoning": "Because."}, "times": 1}],
        "replies": ["queued", {"status": 503}],
        "always": {"extractions": {"found_in_100": 100, "words": 2}},
        "faults": [{"status": 429, "retry_after_s": 1}],
    }
    (tmp_path / "script.json").write_text(json.dumps(script), encoding="utf-8")
    command = [sys.executable, "-m", "tests.instruments.gptoss", "--shape", "ollama"]
    command += ["--script", str(tmp_path / "script.json"), "--log", str(tmp_path / "log.jsonl")]
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        client = openai.OpenAI(base_url=process.stdout.readline().strip(), api_key="any", max_retries=0)
        statuses, texts = [], []
        for question in ("law", "law", "other", "other", PROMPT):
            try:
                reply = client.chat.completions.create(
                    model="gpt-oss:20b", messages=[{"role": "user", "content": question}]
                )
                texts.append(reply.choices[0].message.content)
            except openai.APIStatusError as error:
                statuses.append(error.status_code)
        client.close()
        process.terminate()
        assert process.wait(10) == 0
    assert statuses == [429, 503]
    assert texts[:2] == ["Delaware.", "queued"]
    assert [each["quotes"] for each in json.loads(texts[2] or "")["cells"]] == [["MASTER SERVICES"]] * 2
    logged = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [each["status"] for each in logged] == [429, 200, 200, 503, 200]
