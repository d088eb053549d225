"""What the clause that answers a question would say, from the configured model (floor 4), off by default.

A made-up passage is nearer to the true one than the question is (HyDE: Gao et al. 2022, arXiv 2212.10496). Only words and vectors of a
wording are used, to search with; no wording is shown, cited or kept. What goes wrong is a reason, never an error: search goes on without.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from analysis.retrieval.feedback import Asked, turned
from analysis.retrieval.recipe import RewriteWeights
from proviso.errors import ContextOverflow, LlmError, LlmTimeout, LlmUnavailable, PromptTruncated
from proviso.ports import ChatModel, Vector
from proviso.types.chat import ChatRequest, Completion, Message
from proviso.types.search import SparseVector
from records.index.bm25 import sparse

PURPOSE = "rewrite"
MOST_WORDINGS = 3
WORDING_CHARS = 600
QUESTION_CHARS = 2_000
"""Of a longer question the rest is not sent: it has words enough of its own."""
OUTPUT_TOKENS = 1_024
"""Three wordings are some 200; the rest is for what a model thinks at low effort."""
REMEMBERED = 2_048
"""Questions and their wordings, some 500 bytes each."""
TIMEOUT_S = 10.0
REST_S = 10.0
"""A model that has failed is not asked again for so long: otherwise each search would wait for its time-out."""
WORDING = re.compile(r"<wording>\s*([^<]*?[^\W_][^<]*?)\s*</wording>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What came of asking. `reason` says why a rewriting that is set has no wordings; None when it has, or none is set or wanted."""

    wordings: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """What wordings are made with: the model, the count of a prompt's tokens, what makes a question harmless in a prompt, and who is told
    what a call took: `spent(workspace, completion, counted prompt tokens)`."""

    model: ChatModel
    count_prompt: Callable[[Sequence[Message]], int]
    shield: Callable[[str], str]
    spent: Callable[[str, Completion, int], Awaitable[None]]


class Rewriting:
    """Asks the model, or nobody, for wordings; each question once, however many searches wait for it."""

    def __init__(
        self,
        means: Means | None = None,
        timeout_s: float = TIMEOUT_S,
        *,
        missing: str | None = None,
        heard: Callable[[str], None] = lambda outcome: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`missing`: why there is nobody to ask, where that was wanted. `heard` is told the outcome of each wish for wordings: "asked",
        "known" or "failed"."""
        self._means = means
        self._timeout_s = timeout_s
        self._none = Rewritten(reason=missing)
        self._heard = heard
        self._clock = clock
        self._known: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Rewritten]] = {}
        self._rests_until = -math.inf
        self._reason: str | None = None

    async def wordings(self, workspace: str, question: str) -> Rewritten:
        """Wordings of the clause that answers `question`, which names no document. The call is counted for `workspace`."""
        if self._means is None:
            return self._none
        known = self._known.get(question)
        if known is not None:
            self._known.move_to_end(question)
            self._heard("known")
            return Rewritten(known)
        if self._clock() < self._rests_until:
            self._heard("failed")
            return Rewritten(reason=self._reason)
        asking = self._asking.get(question)
        if asking is None:
            asking = self._asking[question] = asyncio.create_task(self._asked(self._means, workspace, question))
            asking.add_done_callback(lambda _: self._asking.pop(question, None))
        # Shielded: whoever hangs up does not take the wordings from the others that wait for them.
        return await asyncio.shield(asking)

    async def _asked(self, means: Means, workspace: str, question: str) -> Rewritten:
        try:
            async with asyncio.timeout(self._timeout_s):
                request = await asyncio.to_thread(_request, means, question)
                completion = await means.model.complete(request)
        except TimeoutError:
            return self._failed(f"The model did not reply within {self._timeout_s:g} seconds.", REST_S)
        except (LlmError, LlmUnavailable, LlmTimeout, ContextOverflow, PromptTruncated) as error:
            return self._failed(error.detail, error.retry_after_s or REST_S)
        await means.spent(workspace, completion, request.counted_prompt_tokens)
        found = wordings_in(completion.text, question)
        if not found:
            return self._failed("The model's reply held no wording in the form it was asked for.")
        self._heard("asked")
        self._known[question] = found
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return Rewritten(found)

    def _failed(self, reason: str, rest_s: float = 0.0) -> Rewritten:
        self._heard("failed")
        if rest_s:
            self._rests_until, self._reason = self._clock() + rest_s, reason
        return Rewritten(reason=reason)


def wordings_in(reply: str, question: str) -> tuple[str, ...]:
    """The wordings of a reply in the form it was asked for, on one line each; nothing else of it, and not the question over again."""
    found = (" ".join(match.split())[:WORDING_CHARS] for match in WORDING.findall(reply))
    asked = " ".join(question.split()).casefold()
    return tuple(dict.fromkeys(each for each in found if each.casefold() != asked))[:MOST_WORDINGS]


def reworded(
    asked: Asked,
    wordings: Sequence[tuple[Vector, SparseVector]],
    rarity: Callable[[int], float],
    weights: RewriteWeights,
    share: float,
) -> Asked:
    """`asked` with the most telling words of the wordings and turned towards their mean; `share` (0 to 1) is how much of that is wanted.

    A mean of wordings that differ is shorter than 1 and so turns the question less.
    """
    words = dict(zip(asked.words.tokens, asked.words.weights, strict=True))
    telling = _telling([vector for _, vector in wordings], rarity, weights.terms)
    scale = weights.words * share * (math.fsum(words.values()) or 1.0) / (math.fsum(telling.values()) or 1.0)
    for token, weight in telling.items():
        words[token] = words.get(token, 0.0) + scale * weight
    columns = zip(*(vector for vector, _ in wordings), strict=True)
    mean = [math.fsum(column) / len(wordings) for column in columns]
    return Asked(turned(asked.dense, mean, weights.vector * share), sparse(words.items()))


def _telling(wordings: Sequence[SparseVector], rarity: Callable[[int], float], most: int) -> dict[int, float]:
    """The tokens that say most: in several wordings and rare; ties by token, so that both engines' questions grow alike."""
    counted: dict[int, float] = {}
    for wording in wordings:
        for token in wording.tokens:
            counted[token] = counted.get(token, 0.0) + rarity(token)
    return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:most])


def _request(means: Means, question: str) -> ChatRequest:
    asked = means.shield(" ".join(question[:QUESTION_CHARS].split()))
    messages = (Message("developer", _instructions()), Message("user", f"Question: {asked}"))
    return ChatRequest(PURPOSE, messages, "low", OUTPUT_TOKENS, means.count_prompt(messages))


@cache
def _instructions() -> str:
    return files("analysis.retrieval").joinpath("prompts/rewrite.md").read_text("utf-8").strip()
