"""Any LlamaIndex postprocessor that scores nodes, such as `SentenceTransformerRerank`, as our `Reranker` (floor 5).

It lives here and not beside the other reranker because `analysis` does not know LlamaIndex.
"""

from __future__ import annotations

import asyncio
import importlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, TextNode

from proviso.errors import RerankUnavailable

TIMEOUT_S = 10.0


class LlamaIndexReranker:
    """Runs the postprocessor in a thread, one question at a time: a local model uses every core for one.

    A text that the postprocessor leaves out of its answer scores below all that it kept.
    """

    def __init__(self, model: BaseNodePostprocessor, *, timeout_s: float = TIMEOUT_S) -> None:
        self.name = str(getattr(model, "model", None) or model.class_name())
        self._model = model
        self._timeout_s = timeout_s
        self._alone = asyncio.Lock()

    @classmethod
    def open(
        cls, module: str, kind: str, options: Mapping[str, Any], *, most: int, timeout_s: float = TIMEOUT_S
    ) -> LlamaIndexReranker:
        """The class by its name. `most` is given as its `top_n`, if it has one and the options do not: by default it would keep two.

        Raises RerankUnavailable when there is no such class, or it cannot be made with these options on this machine.
        """
        try:
            found = getattr(importlib.import_module(module), kind)
        except (ImportError, AttributeError) as error:
            raise RerankUnavailable(f"The reranker {module}:{kind} cannot be loaded: {error}.") from error
        if not (isinstance(found, type) and issubclass(found, BaseNodePostprocessor)):
            raise RerankUnavailable(f"{module}:{kind} is no LlamaIndex node postprocessor, so it cannot rerank.")
        given = {"top_n": most, **options} if "top_n" in found.model_fields else dict(options)
        try:
            return cls(found(**given), timeout_s=timeout_s)
        except Exception as error:  # it is somebody else's code, and fails as it likes
            raise RerankUnavailable(f"The reranker {module}:{kind} cannot be opened: {_said(error)}.") from error

    async def rerank(self, question: str, texts: Sequence[str]) -> list[float]:
        """Scores on the model's own scale. Raises RerankUnavailable."""
        if not texts:
            return []
        nodes = [NodeWithScore(node=TextNode(id_=str(i), text=text)) for i, text in enumerate(texts)]
        try:
            async with asyncio.timeout(self._timeout_s), self._alone:
                kept = await self._model.apostprocess_nodes(nodes, query_str=question)
        except TimeoutError as error:
            raise RerankUnavailable(
                f"The reranker {self.name} did not finish in {self._timeout_s:g} seconds."
            ) from error
        except Exception as error:  # as above
            raise RerankUnavailable(f"The reranker {self.name} failed: {_said(error)}.") from error
        return self._scores(kept, len(texts))

    async def close(self) -> None:
        """Nothing is held open."""

    def _scores(self, kept: Sequence[NodeWithScore], count: int) -> list[float]:
        scores: dict[str, float] = {}
        for each in kept:
            if each.score is None or not math.isfinite(each.score):
                raise RerankUnavailable(f"The reranker {self.name} gave a text no score that could order it.")
            scores[each.node.node_id] = float(each.score)
        if not scores.keys() <= {str(i) for i in range(count)}:
            raise RerankUnavailable(f"The reranker {self.name} returned other texts than it was given.")
        least = min(scores.values(), default=0.0) - 1.0
        return [scores.get(str(i), least) for i in range(count)]


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300].rstrip(".")
