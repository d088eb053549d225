"""A replay rule that answers any extraction request deterministically, for kill tests and load tests.

It copies from the prompt and understands nothing: every field that the request names is answered either with
`found: false`, or with the first words of the first document in the prompt as both value and quote. Which of the two a
field gets depends on a hash of its name and those words, so that the same request gets the same reply in every run.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.instruments.gptoss.exchange import Exchange
from tests.instruments.gptoss.formats import cell, cells_script
from tests.instruments.gptoss.replies import Reply

BULLET = r"(?:[-*•]|\d+[.)])?"
FIELD_LINE = re.compile(rf"^[ \t]*{BULLET}[ \t]*[`\"']?(/[A-Za-z_][\w/*~-]*)[`\"']?(?=[\s:,(]|$)", re.MULTILINE)
DOCUMENT = re.compile(
    r"<(?P<tag>document|doc|source)\b(?:[^<>]*?\b(?P<doc>D\d+)\b)?[^<>]*>(?P<text>.*?)(?=</(?P=tag)>|<(?P=tag)\b|\Z)",
    re.DOTALL,
)
TAG = re.compile(r"<[^<>]{0,200}>")


def answer_extractions(
    *,
    found_in_100: int = 50,
    words: int = 8,
    fields: Sequence[str] | Callable[[Exchange], Sequence[str]] | None = None,
    document: re.Pattern[str] = DOCUMENT,
) -> Callable[[Exchange], Reply]:
    """A function for `server.always(…)`.

    `found_in_100` of a hundred fields quote the first `words` words of the document (0: everything is absent). The
    fields are those given, or the pointers in the request's JSON schema (`enum` or `const`), or the lines of the
    instructions and of the last user message that begin with a pointer. `document` must have a group `text` and may
    have a group `doc`.
    """

    def answer(request: Exchange) -> Reply:
        names = fields(request) if callable(fields) else fields
        doc, text = next(documents_in(request, document), (None, ""))
        cells = [_cell(name, doc, _first_words(text, words), found_in_100) for name in (names or fields_in(request))]
        return Reply(text=cells_script(cells), reasoning="Copied from the prompt.")

    return answer


def fields_in(request: Exchange) -> list[str]:
    """The field pointers that a request names, in order, once each."""
    body = request.body if isinstance(request.body, dict) else {}
    named = list(_pointers_in(body.get("response_format")))
    if not named:
        named = [found for text in (request.instructions, request.last_user) for found in FIELD_LINE.findall(text)]
    return list(dict.fromkeys(named))


def documents_in(request: Exchange, document: re.Pattern[str] = DOCUMENT) -> Iterator[tuple[str | None, str]]:
    """The packed documents of a request: what the prompt calls each, and its text."""
    for match in document.finditer(request.text):
        groups = match.groupdict()
        yield groups.get("doc"), groups["text"]


def _pointers_in(schema: Any) -> Iterator[str]:
    """Strings that begin with a slash, under `enum` or `const`, anywhere in a schema."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("enum", "const"):
                yield from (each for each in (value if isinstance(value, list) else [value]) if _is_pointer(each))
            else:
                yield from _pointers_in(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from _pointers_in(each)


def _is_pointer(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("/")


def _cell(name: str, doc: str | None, quote: str, found_in_100: int) -> dict[str, Any]:
    if not quote or zlib.crc32(f"{name}\0{quote}".encode()) % 100 >= found_in_100:
        return cell(name, doc=doc)
    return cell(name, value=quote, quotes=[quote], doc=doc)


def _first_words(text: str, words: int) -> str:
    """The first so many words of the first line that has at least two, verbatim."""
    for line in TAG.sub("\n", text).splitlines():
        found = list(re.finditer(r"\S+", line))[:words]
        if len(found) >= 2:
            return line[found[0].start() : found[-1].end()]
    return ""
