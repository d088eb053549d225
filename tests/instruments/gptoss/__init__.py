"""A scripted gpt-oss server: real HTTP, the wire quirks of four servers, no intelligence whatever.

It listens on 127.0.0.1, speaks `/v1/chat/completions` (plain and SSE), `/v1/models`, `/health`, and for the llama.cpp
shape `/props` and `/v1/chat/completions/input_tokens`. It replays what a test has scripted and records what it was
asked. Nothing it says is computed from the meaning of a question; it is a test double and lives in tests/ only.

    async with GptOss(shape="vllm") as server:                     # also: `with GptOss() as server:`
        server.reply(text="Delaware.", reasoning="Section 12 says so.")
        server.reply(answer_script("Delaware law [1].", quotes=[("D1", "laws of the State of Delaware")]))
        server.reply_when(r"governing law", text="Delaware.")      # regex on the last user message; beats the queue
        server.always(lambda request: f"You said {len(request.last_user)} characters.")
        client = AsyncOpenAI(base_url=server.base_url, api_key="any", max_retries=0)
        ...
        assert server.last.effort == "medium"
        assert server.last.prompt_tokens == 96                     # counted by openai-harmony, not by the product
        server.assert_exhausted()                                  # every queued reply was used, nothing unscripted

Where documents and question travel in one user message, a pattern for `reply_when` sees the documents too:
then match the end, `reply_when(lambda request: "governing law" in request.last_user[-300:], "Delaware.")`.

Who answers: the first rule whose pattern matches, else the next reply of the queue, else `always`, else a 400 that says
`unscripted` (listed in `server.unmatched`).

Faults are laid over a request and use up no reply, so what is queued is there for the retry:

    server.fault(status=503, retry_after_s=1, times=2)             # then the queue goes on
    server.fault(cut_after_chunks=3)                               # the connection closes mid-stream
    server.fault(reset_after_chunks=0)                             # RST instead of an answer
    server.fault(stall_after_chunks=2)                             # silence until the client leaves
    server.fault(end_after_chunks=2)                               # ends politely, no finish_reason, no [DONE]
    server.fault(error_after_chunks=2)                             # an error object inside the stream
    server.fault(delay_s=2, between_chunks_s=0.1)                  # slow, but whole
    server.refuse_connections(); server.accept_connections()       # nobody listens on the port; then somebody does
    server.hold(); server.release()                                # requests are taken and wait

A chunk is one SSE event, the opening role event included; of a plain reply the body counts as two chunks.

Replies that are broken in themselves: `ran_out_of_tokens`, `null_with_stop`, `leaked_markers`, `leaked_words`,
`truncated_json`, `fenced_json`, `an_error`, and `browser_citation` for the `【6†L9-L11】` form.

Honest by itself, unless a reply says otherwise: `usage.prompt_tokens` is an openai-harmony count of what came in; a
prompt above `context_tokens` gets that server's own overflow error, or with shape "ollama" the silent cut and a smaller
count; `max_tokens` cuts thinking and answer and gives `finish_reason: "length"`; an unknown model is a 404; with
`api_key="…"` a wrong key is a 401.

Stand-alone, for tests where the service is another process: `python -m tests.instruments.gptoss --port 8099
--shape vllm --script script.json --log requests.jsonl`; the script's form is in `tests/instruments/gptoss/__main__.py`.
"""

from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.gptoss.extraction import answer_extractions
from tests.instruments.gptoss.formats import answer_script, cell, cells_script, clarification_script
from tests.instruments.gptoss.replies import (
    Fault,
    Reply,
    an_error,
    browser_citation,
    fenced_json,
    leaked_markers,
    leaked_words,
    null_with_stop,
    ran_out_of_tokens,
    truncated_json,
)
from tests.instruments.gptoss.server import GptOss

__all__ = [
    "Exchange",
    "Fault",
    "GptOss",
    "Reply",
    "an_error",
    "answer_extractions",
    "answer_script",
    "browser_citation",
    "cell",
    "cells_script",
    "clarification_script",
    "fenced_json",
    "leaked_markers",
    "leaked_words",
    "null_with_stop",
    "ran_out_of_tokens",
    "truncated_json",
]
