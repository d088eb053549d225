"""Rerankers of someone else: a small rerank server over real HTTP with the ways of the known kinds, and a LlamaIndex postprocessor.

Both score a text by the share of the question's words that it holds, so that a test can tell what they read; they know no meaning.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any, Literal

from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle
from typing_extensions import override

from tests.instruments.json_server import JsonServer, Reply

Kind = Literal["cohere", "strict cohere", "voyage", "tei"]
KINDS: tuple[Kind, ...] = ("cohere", "strict cohere", "voyage", "tei")
TEI_BATCH = 32


def share(question: str, text: str) -> float:
    asked = set(re.findall(r"\w+", question.lower()))
    return len(asked & set(re.findall(r"\w+", text.lower()))) / max(1, len(asked))


class RerankServer(JsonServer):
    """`faults` are used up in order, one a request: a status, "reset", "hang", "page", "short", "nan", or a status with seconds to wait
    ("503-60")."""

    def __init__(self, kind: Kind = "cohere") -> None:
        super().__init__()
        self.kind = kind
        self.faults: list[str] = []

    @property
    def url(self) -> str:
        return f"{self.base_url}/rerank"

    @override
    def answered(self, body: dict[str, Any]) -> Reply | None:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "hang":
            self.stopped.wait(30)
        if fault in ("reset", "hang"):
            return None
        return self._fault(fault) if fault else (*self.reply(body), {})

    def reply(self, body: dict[str, Any]) -> tuple[int, str]:
        """Status and text as a server of this kind answers a body."""
        name = "texts" if self.kind == "tei" else "documents"
        if name not in body:
            return 422, f"Failed to deserialize the JSON body into the target type: missing field `{name}` at line 1"
        if self.kind == "strict cohere" and body.keys() - {"model", "query", "documents", "top_n"}:
            return 400, json.dumps({"message": f"unknown fields {sorted(body)}"})
        texts = body[name]
        if self.kind == "tei" and len(texts) > TEI_BATCH:
            return 422, json.dumps({"error": f"batch size {len(texts)} > maximum allowed batch size {TEI_BATCH}"})
        scored = sorted(((share(body["query"], text), i) for i, text in enumerate(texts)), reverse=True)
        field = "score" if self.kind == "tei" else "relevance_score"
        rows = [{"index": i, field: score} for score, i in scored]
        return 200, json.dumps(
            rows if self.kind == "tei" else {("data" if self.kind == "voyage" else "results"): rows, "id": "r-1"}
        )

    def _fault(self, fault: str) -> Reply:
        said = {
            "page": (200, "<html>Welcome</html>"),
            "short": (200, '{"results": [{"index": 0, "relevance_score": 1.0}]}'),
            "nan": (200, '{"results": [{"index": 0, "relevance_score": NaN}, {"index": 1, "relevance_score": 1}]}'),
        }
        if fault in said:
            return *said[fault], {}
        status, _, seconds = fault.partition("-")
        told = {"message": f"fault {status}", "key": self.keys[-1]}
        return int(status), json.dumps(told), {"retry-after": seconds} if seconds else {}


class WordShare(BaseNodePostprocessor):
    """A postprocessor that sorts, scores and cuts to `top_n` as `SentenceTransformerRerank` does, which is not installed here."""

    top_n: int = 2
    scale: float = 1.0
    seconds: float = 0.0
    fails: bool = False
    scores: bool = True
    made_for: str | None = None

    @classmethod
    @override
    def class_name(cls) -> str:
        return "WordShare"

    @override
    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        assert query_bundle is not None
        time.sleep(self.seconds)
        if self.fails:
            raise ZeroDivisionError("no weights")
        for node in nodes:
            node.score = self.scale * share(query_bundle.query_str, node.node.get_content()) if self.scores else None
        return sorted(nodes, key=lambda each: -(each.score or 0))[: self.top_n]
