"""How answers, evidence, hits and cells look in a terminal (floor 5)."""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

from api.cli.progress import print_table, say

STATES = {
    "exact": "found word for word",
    "normalised": "found (spacing or typography differs)",
    "partial": "found in part",
    "unverified": "NOT FOUND in the source",
    "deleted": "the document was deleted",
}
NAMED_BY = {
    "title": "its title",
    "file_name": "its file name",
    "party": "a party to it",
    "words": "words of its opening",
}
ASIDE = {"question": "The model also asked", "answer": "The model also said", "quote": "The model also quoted"}
WIDTH = 1000
"""Characters of a passage: a whole chunk, because what matters may stand at its end."""
QUESTION_CHARS = 80


def where(item: dict[str, Any]) -> str:
    """ "p. 3, § 8.2" as far as known."""
    page = f"p. {item['page_start']}" if item["page_start"] else ""
    return ", ".join(part for part in (page, f"§ {item['section']}" if item["section"] else "") if part)


def plain(text: str) -> str:
    """Without control characters other than line ends: documents are written by strangers, and a terminal obeys."""
    return "".join(c if c == "\n" or c.isprintable() else " " * c.isspace() for c in text)


def short(text: str | None, width: int = WIDTH) -> str:
    flat = plain(" ".join((text or "").split()))
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def paragraph(text: str, indent: str = "") -> str:
    """`text` in lines of the terminal, each after `indent`; where nobody looks, one line, which is easier to search."""
    if not sys.stdout.isatty():
        return indent + text
    width = max(40, shutil.get_terminal_size().columns)
    lines = textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=" " * len(indent), break_on_hyphens=False
    )
    return "\n".join(lines)


class Flow:
    """Text that comes in pieces: broken between words at the width of the terminal, and as it is where nobody looks."""

    def __init__(self) -> None:
        self._width = max(40, shutil.get_terminal_size().columns) if sys.stdout.isatty() else 0
        self._column = 0
        self._word = ""

    def write(self, text: str) -> None:
        for part in re.findall(r"\n|[^\S\n]+|\S+", text):
            if part.isspace():
                self._put_word()
                self._put(part)
            else:
                self._word += part
        if not self._width:
            self._put_word()
        sys.stdout.flush()

    def end(self) -> None:
        """The last word, and the end of its line."""
        self._put_word()
        if self._column:
            self._put("\n")
        sys.stdout.flush()

    def _put_word(self) -> None:
        if 0 < self._width < self._column + len(self._word) and self._column:
            self._put("\n")
        self._put(self._word)
        self._word = ""

    def _put(self, text: str) -> None:
        if text.isspace() and text != "\n" and 0 < self._width <= self._column + len(text):
            text = "\n"
        self._column = 0 if text == "\n" else self._column + len(text)
        sys.stdout.write(text)


def worded(value: Any) -> str:
    """A cell's value as a person writes it: "Acme Inc. (Supplier)", "USD 1200000", "yes"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and "name" in value:
        return plain(f"{value['name']} ({value['role']})" if value.get("role") else str(value["name"]))
    if isinstance(value, dict) and {"amount", "currency"} <= value.keys():
        return f"{value['currency']} {value['amount']}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else plain(str(value))


def show_found(found: dict[str, Any]) -> None:
    """What a search found, after what it did with the question."""
    titles = {hit["document_id"]: hit["title"] for hit in found["items"]}
    for route in found["routed_to"]:
        title = f"{plain(titles[route['document_id']])}  " if route["document_id"] in titles else ""
        say(f"Kept to {title}{route['document_id']}: the question names {NAMED_BY.get(route['reason'], 'it')}.")
    if found.get("rewritten"):
        say("Searched also by what the model says that such a clause would say.")
    if found.get("reranked"):
        say("In the order of the reranker.")
    for missing, why in (("not put in other words", "not_rewritten"), ("not reranked", "not_reranked")):
        if found.get(why):
            say(f"! {missing}: {short(found[why], 300)}")
    show_hits(found["items"])


def show_hits(items: Sequence[dict[str, Any]]) -> None:
    if not items:
        say("Nothing was found.")
    for n, hit in enumerate(items, 1):
        place = f"  ({where(hit)})" if where(hit) else ""
        say(
            f"\n{n}. {plain(hit['title'])}{place}  score {hit['score']:.3f}  {hit['document_id']} [{hit['start']}, {hit['end']})"
        )
        say(f"   {short(hit['text'])}")


def show_answer(answer: dict[str, Any]) -> None:
    """A whole answer: its words, what kind of answer it is, its evidence."""
    for line in plain(answer["answer"] or "").splitlines():
        say(paragraph(line))
    show_outcome(answer)
    show_evidence(answer["evidence"])


def show_outcome(answer: dict[str, Any]) -> None:
    """What kind of answer this is, in words, and what was read for it."""
    if answer["outcome"] == "passages":
        say("No model is configured, so there is no answer: these are the passages that fit the question best.")
        say("Set PROVISO_LLM_BASE_URL (or TOGETHER_API_KEY) to get answers.")
    elif answer["outcome"] == "needs_clarification":
        say(paragraph(f"The model asks back: {short(answer['clarification'])}"))
        say("Ask again with the answer in the question.")
    elif answer["outcome"] == "not_in_documents":
        say(paragraph(_absence(answer.get("coverage"))))
    for warning in _warnings(answer):
        say(paragraph(warning, "! "))
    if answer["outcome"] != "passages":
        say(paragraph(f"({', '.join(_read(answer['receipt']))})"))


def _absence(coverage: dict[str, Any] | None) -> str:
    """What stands behind "not there": all of it was read, or only a part."""
    if coverage is None:
        return "Outcome: the documents read do not contain this."
    whole = coverage["tokens_read"] == coverage["tokens"]
    outcome = "not in the documents" if whole else "not in what was read"
    return f"Outcome: {outcome}. {short(coverage['statement'], 2 * WIDTH)}"


def _warnings(answer: dict[str, Any]) -> list[str]:
    found = [f"not supported by verified evidence: {short(part['text'], 160)}" for part in answer["unsupported"]]
    states = {item["state"] for item in answer.get("evidence", ())}
    if answer["outcome"] == "answered" and not states & {"exact", "normalised", "partial"}:
        found.insert(0, "nothing in this answer rests on verified evidence")
    if answer["receipt"].get("finish_reason") == "length":
        found.append("the answer was cut off by its output limit")
    found += [f"{ASIDE[part['kind']]}: {short(part['text'], 300)}" for part in answer.get("set_aside", ())]
    return found


def show_evidence(items: Sequence[dict[str, Any]]) -> None:
    for item in items:
        place = f" ({where(item)})" if where(item) else ""
        state = STATES.get(item["state"], item["state"])
        say("\n" + paragraph(f"{plain(item['title'])}{place} — {state}", f"[{item['n']}] "))
        say(paragraph(f"“{short(item['text'] or item['quote'])}”", "    "))


def print_answers(items: Sequence[dict[str, Any]]) -> None:
    """A table of answers, and of those still to come: the question, below it the id."""
    rows = [
        [
            f"{short(item['request']['question'], QUESTION_CHARS)}\n{item['id']}",
            (item["outcome"] or item["status"]).replace("_", " "),
            item["created_at"][:16].replace("T", " "),
        ]
        for item in items
    ]
    print_table("", ["question", "outcome", "asked (UTC)"], rows)


def said_progress(answer: dict[str, Any]) -> str:
    """Where an answer in the background stands."""
    progress = answer.get("progress") or answer
    if progress.get("waiting_for"):
        return "waiting for the model, which is out of reach"
    if progress.get("total"):
        return f"{progress['done']} of {progress['total']} windows are read"
    return str(answer["status"])


def show_cells(cells: Sequence[dict[str, Any]]) -> None:
    """One table per document."""
    documents: dict[str, list[dict[str, Any]]] = {}
    for cell in cells:
        documents.setdefault(cell["document_id"], []).append(cell)
    for group in documents.values():
        title = plain(group[0]["title"])
        if all(cell["outcome"] == "candidates" for cell in group):
            candidates = [[cell["field"], *_place_and_quote(cell)] for cell in group]
            print_table(title, ["field", "where", "best candidate"], candidates)
        else:
            rows = [[cell["field"], cell["outcome"], worded(cell["value"]), *_place_and_quote(cell)] for cell in group]
            print_table(title, ["field", "outcome", "value", "where", "quote"], rows)


def _place_and_quote(cell: dict[str, Any]) -> list[str]:
    first = cell["evidence"][0] if cell["evidence"] else None
    if first is None:
        return ["", cell["reason"] or ""]
    return [where(first), short(first["text"] or first["quote"], 160)]


def _read(receipt: dict[str, Any]) -> list[str]:
    """What was read for an answer, and everything of the scope that was not."""
    unread = sum(len(item["pages"]) for item in receipt["pages_unread"])
    missing = (
        (len(receipt["dropped"]), "passage(s) left out"),
        (unread, "page(s) could not be read"),
        (len(receipt["not_ready"]), "document(s) not ready yet"),
        (len(receipt["failed"]), "document(s) failed"),
    )
    named = ", those that the question names" if receipt.get("routed_to") else ""
    return [
        f"read {receipt['documents_read']} document(s){named}",
        f"mode {receipt['mode']}",
        f"{receipt['prompt_tokens_counted']:,} prompt tokens",
        *(f"{count} {what}" for count, what in missing if count),
    ]
