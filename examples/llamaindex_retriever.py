"""Proviso's search in a LlamaIndex query engine, over HTTP: `proviso serve` runs, and documents have been added.

    python examples/llamaindex_retriever.py "Who owns the inventions?" http://127.0.0.1:8000

The engine shows its sources and asks no model; `RetrieverQueryEngine.from_args(retriever, llm=…)` with one of yours gives answers.
"""

from __future__ import annotations

import sys

from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers.no_text import NoText

from api.llamaindex.retriever import ProvisoRetriever, SearchScope
from api.llamaindex.service import DEFAULT_URL, Service


def main(question: str, url: str = DEFAULT_URL) -> None:
    retriever = ProvisoRetriever(Service(url), SearchScope(collection=None), limit=3, expand="clause")
    # NoText never asks the model; without one LlamaIndex would look for a key of OpenAI's.
    engine = RetrieverQueryEngine(retriever, NoText(llm=MockLLM()))
    for hit in engine.query(question).source_nodes:
        place = hit.node.metadata
        where = f"page {place['page_start']}" if place["page_start"] else f"[{place['start']}, {place['end']})"
        print(f"{hit.get_score():.3f}  {place['title']}, {place['section'] or 'no section'}, {where}")
        print(f"       {' '.join(hit.text.split())[:160]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
