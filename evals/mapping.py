"""What `map_reduce` itself costs (evals): a hundred long documents read window by window on the scripted server.

The server answers at once with the same quotes for every window, each of which stands once in a document, so that what is measured
is ours: cutting, prompts, exact counts, HTTP, replies, quotes resolved, merging, parts, the last prompt. It says nothing about the
quality of answers. The server runs in a process of its own; seconds are processor seconds of this one.

    python -m evals.mapping --documents 100 --tokens 40000
    python -m evals.mapping --documents 100 --tokens 3000 --quotes 12
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import psutil

from analysis.answering.mapping.road import MapReduce
from analysis.answering.question import Question
from analysis.context.layout import Means
from analysis.context.planner import Limits, Need, plan
from analysis.context.tokens import Tokens
from analysis.grounding.library import Library
from analysis.llm.client import GptOss
from analysis.llm.sanitize import shield
from evals.documents import REPOSITORY
from evals.results import machine, save
from proviso.types.answers import Answer
from proviso.types.documents import Parsed, Section
from proviso.types.search import ReadableDocument, ResolvedScope, Scope
from records.store.folder import FolderStore
from records.texts import Texts

OUT = REPOSITORY / "build" / "evals" / "mapping.json"
MEGA = 1 << 20
CAP = "The aggregate liability of the Supplier shall not exceed the fees paid in the preceding twelve months"
QUESTION = "How many of these agreements cap the liability of the supplier?"
SECTION_WORDS = 300
WORDS = (
    "the Supplier shall deliver services under this Agreement and Customer may terminate upon written notice where any "
    "material breach remains uncured after thirty days save that fees paid are not refundable unless law requires"
).split()
REDUCE_REPLY = "<outcome>answered</outcome>\n<answer>All of them cap it [1].</answer>"
REDUCE_RULES = [
    {"when": asked, "reply": REDUCE_REPLY} for asked in ("numbered quotes and the counts", "Say in at most")
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--tokens", type=int, default=40_000, help="of each document, about")
    parser.add_argument("--quotes", type=int, default=1, help="of each document")
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, scripted(Path(folder), options.quotes) as url:
        result = asyncio.run(measured(Path(folder), url, options))
    save(options.out, {"machine": machine()} | result)
    print(json.dumps(result, indent=1))


@contextmanager
def scripted(folder: Path, quotes: int) -> Iterator[str]:
    """The base URL of a scripted server."""
    said = "\n".join(f'<quote n="{n}" doc="D1">{cap(n)}</quote>' for n in range(1, quotes + 1))
    notes = "\n".join(f"Capped at the fees [{n}]" for n in range(1, quotes + 1))
    reply = f"<outcome>found</outcome>\n{said}\n<answer>\n{notes}\n</answer>"
    script = folder / "script.json"
    script.write_text(json.dumps({"rules": REDUCE_RULES, "always": reply}), encoding="utf-8")
    command = [sys.executable, "-m", "tests.instruments.gptoss", "--script", str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


async def measured(folder: Path, url: str, options: argparse.Namespace) -> dict[str, Any]:
    texts, tokens = Texts(FolderStore(folder / "store")), Tokens()
    documents = [await kept(texts, tokens, n, options.tokens, options.quotes) for n in range(options.documents)]
    scope = ResolvedScope("local", tuple(documents))
    need = Need(QUESTION, 600, "high", documents=len(documents), may_map=True)
    limits = Limits(131_072, 32_000, 24_000, map_tokens=10**9)
    made = plan(need, sum(each.tokens for each in documents), limits)
    model = GptOss(url, None, "openai/gpt-oss-120b", concurrency=options.concurrency)
    road = MapReduce(Library(Texts(FolderStore(folder / "store"))), Means(tokens, shield), model)
    question = Question(Scope("local"), QUESTION)
    rss, cpu, started = resident_mb(), time.process_time(), time.perf_counter()
    survey = await road.survey(question, scope, made)
    context = await road.context(survey)
    surveyed = {"survey_cpu_s": time.process_time() - cpu, "survey_rss_mb": resident_mb() - rss}
    answer: Answer | None = None
    async with aclosing(road.answer(question, survey, context.receipt)) as events:
        async for event in events:
            answer = event.data if isinstance(event.data, Answer) else answer
    await model.close()
    assert answer is not None
    windows = len(survey.windows)
    spent = time.process_time() - cpu
    return {
        "documents": len(documents),
        "scope_tokens": sum(each.tokens for each in documents),
        "windows": windows,
        "largest_window_tokens": max(window.tokens for window in survey.windows),
        "evidence": len(answer.evidence),
        "calls": dict(Counter(call.purpose for call in answer.receipt.calls)),
        "quotes_shown": answer.receipt.mapped.quotes_shown if answer.receipt.mapped else 0,
        "dropped": len(answer.receipt.dropped),
        "last_prompt_tokens": answer.receipt.calls[-1].prompt,
        "documents_with_quotes": sum(each.outcome == "found" for each in answer.per_document or ()),
        "wall_s": round(time.perf_counter() - started, 2),
        "cpu_s": round(spent, 2),
        "cpu_ms_per_window": round(1000 * spent / windows, 1),
        **{name: round(value, 2) for name, value in surveyed.items()},
        "rss_before_mb": round(rss, 1),
        "rss_grown_mb": round(resident_mb() - rss, 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def cap(number: int) -> str:
    """The words of a quote."""
    return CAP if number == 1 else f"{CAP}, for services of class {number}"


async def kept(texts: Texts, tokens: Tokens, n: int, size: int, quotes: int) -> ReadableDocument:
    """A made-up agreement of about `size` tokens in sections, with the caps in its middle, kept as ingestion would."""
    dice, parts, sections, at = Random(n), list[str](), list[Section](), 0
    for number in range(1, size // SECTION_WORDS + 1):
        words = " ".join(dice.choice(WORDS) for _ in range(SECTION_WORDS - 20))
        is_middle = number == size // SECTION_WORDS // 2
        caps = " ".join(f"{cap(each)}, of agreement {n}." for each in range(1, quotes + 1)) if is_middle else ""
        part = f"{number}. Terms {number}\n{words}. {caps}\n\n"
        sections.append(Section(str(number), str(number), f"Terms {number}", 1, at, at + len(part)))
        parts.append(part)
        at += len(part)
    text = "".join(parts)
    version = f"ver_{n}"
    await texts.save(version, Parsed(text, (), "text/plain", sections=tuple(sections)), ())
    return ReadableDocument(
        f"doc_{n}", version, 1, f"Agreement {n}", f"{n:04}.txt", "default", len(text), tokens.count(text), None
    )


def resident_mb() -> float:
    return psutil.Process().memory_info().rss / MEGA


if __name__ == "__main__":
    main()
