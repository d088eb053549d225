"""`python -m evals.streaming` (evals): what the service adds between a model's token and the reader's.

The service and the scripted model are processes of their own. The model stamps each token with the time at which it sends it, so that
one subtraction tells how long it was on its way: through the client, the filters and the quotes to the reader's event. Then many streams
at once: the memory of the service before, during and after, and whether every stream came whole and right.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from evals.documents import REPOSITORY
from evals.measures.stamping import QUOTE
from evals.results import machine, percentile, save, table
from evals.service import Running, running

OUT = REPOSITORY / "build" / "evals" / "streaming.json"
CONTRACT = f"RESELLER AGREEMENT\n\n1. Term. Two years.\n\n2. Governing law. {QUOTE}\n"
QUESTION = "Which law governs?"
SAMPLED_S = 0.25
SETTLE_S = 5.0
PATIENCE_S = 300.0
MODEL = (sys.executable, "-m", "evals.measures.stamping")


@dataclass(slots=True)
class Stream:
    """One answer as its reader saw it; times in seconds."""

    delays_s: list[float] = field(default_factory=list)
    first_s: float = 0.0
    receipt_s: float = 0.0
    answer: str = ""
    done: dict[str, Any] | None = None
    fault: str = ""

    def is_right(self, tokens: int) -> bool:
        """Whole, in order, the pieces those of the final answer, and its quote verified."""
        if self.done is None or self.fault:
            return False
        stamps = [int(word) for word in self.answer.split() if word.isdecimal()]
        states = [each["state"] for each in self.done["evidence"]]
        return (
            len(stamps) == tokens
            and stamps == sorted(stamps)
            and self.done["answer"] == self.answer
            and states == ["exact"]
            and self.answer.endswith("Delaware governs [1].")
        )


@contextlib.contextmanager
def stamping(tokens: int, pause_s: float) -> Iterator[str]:
    """The model's address; its process is ended on the way out."""
    command = [*MODEL, str(tokens), str(pause_s)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(SETTLE_S)


async def listen(client: httpx.AsyncClient, document: str) -> Stream:
    """One question, streamed."""
    stream, name = Stream(), ""
    asked = time.monotonic_ns()
    body = {"question": QUESTION, "document_ids": [document], "stream": True}
    try:
        async with client.stream("POST", "/v1/ask", json=body) as response:
            async for line in response.aiter_lines():
                now = time.monotonic_ns()
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    _take(stream, name, json.loads(line[6:]), now, asked)
    except httpx.HTTPError as error:
        stream.fault = f"{type(error).__name__}: {error}"
    return stream


def _take(stream: Stream, name: str, data: dict[str, Any], now: int, asked: int) -> None:
    if name == "receipt":
        stream.receipt_s = (now - asked) / 1e9
    elif name == "answer":
        stamps = [int(word) for word in data["text"].split() if word.isdecimal()]
        stream.delays_s += [(now - stamp) / 1e9 for stamp in stamps]
        if not stream.answer and stamps:
            stream.first_s = stream.delays_s[0]
        stream.answer += data["text"]
    elif name == "done":
        stream.done = data
    elif name in {"error", "retry"}:
        stream.fault = f"{name}: {data}"


async def at_once(url: str, document: str, streams: int, service: Running) -> tuple[list[Stream], list[float]]:
    """So many streams together, and the resident megabytes of the serving process meanwhile."""
    seen: list[float] = []
    limits = httpx.Limits(max_connections=streams + 4, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S, limits=limits, trust_env=False) as client:
        watching = asyncio.create_task(_watch(service, seen))
        heard = await asyncio.gather(*(listen(client, document) for _ in range(streams)))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return list(heard), seen


async def _watch(service: Running, seen: list[float]) -> None:
    while True:
        seen.append(resident_mb(service))
        await asyncio.sleep(SAMPLED_S)


def resident_mb(service: Running) -> float:
    """Of the process that serves."""
    return float(service.process.memory_info().rss) / (1 << 20)


def upload(url: str) -> str:
    """The contract, ready; its id."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        response = client.post("/v1/documents", files=[("files", ("reseller.txt", CONTRACT.encode()))])
        document = str(response.raise_for_status().json()["items"][0]["id"])
        until = time.monotonic() + PATIENCE_S
        while client.get(f"/v1/documents/{document}").json()["status"] != "ready":
            if time.monotonic() > until:
                raise TimeoutError("the contract did not become ready")
            time.sleep(0.1)
    return document


def summary(heard: Sequence[Stream], tokens: int) -> dict[str, Any]:
    """Delays in milliseconds over all tokens of all streams."""
    delays = [1000 * delay for stream in heard for delay in stream.delays_s]
    firsts, receipts = [1000 * each.first_s for each in heard], [1000 * each.receipt_s for each in heard]
    return {
        "streams": len(heard),
        "right": sum(each.is_right(tokens) for each in heard),
        "tokens": len(delays),
        "delay_ms": {share: round(percentile(delays, float(share)), 2) for share in ("0.5", "0.95", "0.99")}
        | {"max": round(max(delays), 2)},
        "first_token_ms": {share: round(percentile(firsts, float(share)), 2) for share in ("0.5", "0.95")},
        "receipt_ms": round(percentile(receipts, 0.5), 1),
        "faults": [each.fault for each in heard if each.fault][:5],
    }


def measure(folder: Path, tokens: int, pause_s: float, streams: int) -> dict[str, Any]:
    """One stream after another, then all at once."""
    with stamping(tokens, pause_s) as model:
        settings = {"PROVISO_LLM_BASE_URL": model, "PROVISO_LLM_CONCURRENCY": str(streams), "PROVISO_OCR": "false"}
        with running(folder / "data", settings) as service:
            document = upload(service.url)
            alone = [stream for _ in range(5) for stream in asyncio.run(at_once(service.url, document, 1, service))[0]]
            before, cpu = resident_mb(service), service.process.cpu_times()
            began = time.monotonic()
            heard, seen = asyncio.run(at_once(service.url, document, streams, service))
            took_s, spent = time.monotonic() - began, service.process.cpu_times()
            cpu_s = spent.user + spent.system - cpu.user - cpu.system
            time.sleep(SETTLE_S)
            again, most_again = asyncio.run(at_once(service.url, document, streams, service))
            time.sleep(SETTLE_S)
            memory = {
                "before": before,
                "most": max(seen),
                "most_second_time": max(most_again),
                "after": resident_mb(service),
            }
    together = summary(heard, tokens)
    return {
        "machine": machine(),
        "tokens_a_stream": tokens,
        "pause_ms": 1000 * pause_s,
        "alone": summary(alone, tokens),
        "together": together
        | {"took_s": round(took_s, 1), "cpu_ms_a_token": round(1000 * cpu_s / max(1, together["tokens"]), 3)},
        "together_again": summary(again, tokens),
        "service_rss_mb": {name: round(value, 1) for name, value in memory.items()},
    }


def report(result: dict[str, Any]) -> str:
    """The result for people."""
    rows: list[list[object]] = [
        [
            f"{each['streams']} {name.replace('_', ' ')}", each["right"], each["tokens"], each["delay_ms"]["0.5"], each["delay_ms"]["0.95"],
            each["delay_ms"]["max"], each["first_token_ms"]["0.5"], each["first_token_ms"]["0.95"], each["receipt_ms"],
        ]
        for name, each in ((name, result[name]) for name in ("alone", "together", "together_again"))
    ]  # fmt: skip
    head = [
        "streams",
        "whole and right",
        "tokens",
        "delay p50 ms",
        "p95",
        "max",
        "first token p50",
        "p95",
        "receipt p50",
    ]
    memory = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in result["service_rss_mb"].items())
    cpu = result["together"]["cpu_ms_a_token"]
    return f"{table(head, rows)}\n\nservice, resident MB: {memory}; CPU {cpu} ms a token; faults: {result['together']['faults']}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.streaming`."""
    parser = argparse.ArgumentParser(prog="python -m evals.streaming", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--streams", type=int, default=100, help="streams at once (default: %(default)s)")
    parser.add_argument("--tokens", type=int, default=150, help="tokens of each answer (default: %(default)s)")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two tokens (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="proviso-streaming-") as folder:
        result = measure(Path(folder), options.tokens, options.pause, options.streams)
    save(options.out, result)
    print(report(result))
    print(f"\nwritten: {options.out}")
    whole = all(result[name]["right"] == result[name]["streams"] for name in ("alone", "together", "together_again"))
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
