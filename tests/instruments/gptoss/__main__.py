"""Runs the scripted server stand-alone: `python -m tests.instruments.gptoss --port 8099 --script script.json`.

The script is a JSON object; every part may be left out:

    {"rules":   [{"when": "governing law", "times": 2, "reply": {"text": "Delaware."}}],
     "replies": [{"text": "first", "reasoning": "…"}, "second", {"status": 503, "retry_after_s": 1}],
     "always":  {"text": "anything else"} | {"extractions": {"found_in_100": 50, "words": 8}},
     "faults":  [{"cut_after_chunks": 3, "times": 1}]}

A reply is a text or the fields of `Reply`. Each finished exchange is appended to `--log` as one JSON line: method,
path, status, body, prompt_tokens, chunks_sent, finished, disconnected. It ends on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path
from typing import Any

from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.gptoss.extraction import answer_extractions
from tests.instruments.gptoss.hosts import SHAPES
from tests.instruments.gptoss.replies import Fault, Reply
from tests.instruments.gptoss.script import Answering, Said
from tests.instruments.gptoss.server import GptOss


def main() -> None:
    """Reads the arguments and serves until told to stop."""
    options = parse_options()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    server = GptOss(options.shape, port=options.port, context_tokens=options.context_tokens, api_key=options.api_key)
    if options.script is not None:
        load_script(server, json.loads(options.script.read_text(encoding="utf-8")))
    if options.log is not None:
        server.on_closed = log_to(options.log)
    with server:
        print(server.base_url, flush=True)
        stopped.wait()


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.instruments.gptoss", description="A scripted gpt-oss server")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; the base URL is printed")
    parser.add_argument("--shape", choices=sorted(SHAPES), default="vllm")
    parser.add_argument("--context-tokens", type=int, default=131_072)
    parser.add_argument("--api-key", default=None)
    parser.add_argument("--script", type=Path, default=None)
    parser.add_argument("--log", type=Path, default=None)
    return parser.parse_args()


def load_script(server: GptOss, script: dict[str, Any]) -> None:
    """Loads a script in the form above."""
    for rule in script.get("rules", []):
        server.reply_when(rule["when"], as_said(rule["reply"]), times=rule.get("times"))
    for reply in script.get("replies", []):
        server.reply(as_said(reply))
    if "always" in script:
        server.always(as_said(script["always"]))
    for fault in script.get("faults", []):
        fields = dict(fault)
        times = fields.pop("times", 1)
        server.fault(Fault(**fields), times=times)


def as_said(written: str | dict[str, Any]) -> Said | Answering:
    """One reply of a script."""
    if isinstance(written, str):
        return written
    if "extractions" in written:
        return answer_extractions(**written["extractions"])
    fields = dict(written)
    if "pieces" in fields:
        fields["pieces"] = tuple(fields["pieces"])
    return Reply(**fields)


def log_to(path: Path) -> Any:
    """A recorder that appends one line per exchange."""

    def record(exchange: Exchange) -> None:
        line = {
            "method": exchange.method,
            "path": exchange.path,
            "status": exchange.status,
            "body": exchange.body,
            "prompt_tokens": exchange.prompt_tokens,
            "chunks_sent": exchange.chunks_sent,
            "finished": exchange.finished,
            "disconnected": exchange.disconnected,
        }
        with path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line, ensure_ascii=False) + "\n")

    return record


if __name__ == "__main__":
    main()
