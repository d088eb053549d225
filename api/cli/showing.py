"""How answers, evidence, hits and cells look in a terminal (floor 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.cli.progress import print_table, say

STATES = {
    "exact": "found word for word",
    "normalised": "found (spacing or typography differs)",
    "partial": "found in part",
    "unverified": "NOT FOUND in the source",
}
WIDTH = 400


def where(item: dict[str, Any]) -> str:
    """ "p. 3, § 8.2" as far as known."""
    page = f"p. {item['page_start']}" if item["page_start"] else ""
    return ", ".join(part for part in (page, f"§ {item['section']}" if item["section"] else "") if part)


def short(text: str, width: int = WIDTH) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def show_hits(items: Sequence[dict[str, Any]]) -> None:
    if not items:
        say("Nothing was found.")
    for n, hit in enumerate(items, 1):
        say(
            f"\n{n}. {hit['title']}  ({where(hit)})  score {hit['score']:.3f}  {hit['document_id']} [{hit['start']}, {hit['end']})"
        )
        say(f"   {short(hit['text'])}")


def show_outcome(answer: dict[str, Any]) -> None:
    """What kind of answer this is, in words, and what was read for it."""
    if answer["outcome"] == "passages":
        say("No model is configured, so there is no answer: these are the passages that fit the question best.")
        say("Set PROVISO_LLM_BASE_URL (or TOGETHER_API_KEY) to get answers.")
    elif answer["outcome"] == "needs_clarification":
        say(f"The model asks back: {answer['clarification']}")
    elif answer["outcome"] == "not_in_documents":
        say("Outcome: the documents read do not contain this.")
    for part in answer["unsupported"]:
        say(f"! not supported by verified evidence: {short(part['text'], 160)}")
    receipt = answer["receipt"]
    read = f"read {receipt['documents_read']} document(s), mode {receipt['mode']}, {receipt['prompt_tokens_counted']} prompt tokens"
    left = f", {len(receipt['dropped'])} passage(s) left out" if receipt["dropped"] else ""
    unread = sum(len(item["pages"]) for item in receipt["pages_unread"])
    say(f"({read}{left}{f', {unread} page(s) could not be read' if unread else ''})")


def show_evidence(items: Sequence[dict[str, Any]]) -> None:
    for item in items:
        place = f" ({where(item)})" if where(item) else ""
        say(f"\n[{item['n']}] {item['title']}{place} — {STATES.get(item['state'], item['state'])}")
        say(f"    “{short(item['text'] or item['quote'])}”")


def show_cells(cells: Sequence[dict[str, Any]]) -> None:
    """One table per document."""
    documents: dict[str, list[dict[str, Any]]] = {}
    for cell in cells:
        documents.setdefault(cell["document_id"], []).append(cell)
    for group in documents.values():
        rows = []
        for cell in group:
            first = cell["evidence"][0] if cell["evidence"] else None
            quote = short(first["text"] or first["quote"], 160) if first else cell["reason"] or ""
            rows.append([cell["field"], cell["outcome"], cell["value"], where(first) if first else "", quote])
        print_table(group[0]["title"], ["field", "outcome", "value", "where", "quote"], rows)
