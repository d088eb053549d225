"""What a LlamaIndex reader yields, as text files for an upload (floor 5, pure).

Documents of one source that follow each other, such as the pages of a PDF, are one file. Names depend on the source alone, and bytes on
the texts alone, so that reading again gives the same files.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from llama_index.core.schema import Document

from proviso.text import canonical

SOURCES = ("url", "file_path", "file_name", "filename", "source")
"""Where readers say what they have read, the most exact first."""

PAGES = ("page_label", "page_number", "page")
READ_FROM = "read_from"
TEXT_ENDINGS = {".md": ".md", ".markdown": ".md", ".txt": ".txt", ".text": ".txt"}
MARKDOWN_HEADING = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)
MOST_NAME_CHARS = 120
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class TextFile:
    """`source` is the path, address or id that was read; `metadata` hold what all of its Documents say, and the source as `read_from`."""

    source: str
    name: str
    data: bytes
    metadata: dict[str, Any]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def text_files(documents: Iterable[Document]) -> Iterator[TextFile]:
    """One file for each source, in the order read."""
    for source, group in itertools.groupby(documents, key=_source):
        yield _file(source, list(group))


def _file(source: str, parts: Sequence[Document]) -> TextFile:
    in_pages = all(any(name in part.metadata for name in PAGES) for part in parts)
    # A form feed begins a page: running heads and feet are told apart by it.
    text = canonical(("\n\f" if in_pages else "\n\n").join(part.text for part in parts))
    metadata = {name: _plain(value) for name, value in _common([part.metadata for part in parts]).items()}
    return TextFile(source, _name(source, text), text.encode("utf-8"), metadata | {READ_FROM: source})


def _source(document: Document) -> str:
    for name in SOURCES:
        value = document.metadata.get(name)
        if value and isinstance(value, str | PurePosixPath):
            return str(value)
    try:
        uuid.UUID(document.id_)
    except ValueError:
        return document.id_  # given by the reader, not drawn by lot
    return "text-" + hashlib.sha256(canonical(document.text).encode("utf-8")).hexdigest()[:16]


def _name(source: str, text: str) -> str:
    """A file name for `source`; the ending says that it holds text now, whatever was read ("report.pdf" is "report.pdf.txt")."""
    parts = urlsplit(source) if "://" in source else None
    raw = f"{parts.netloc}{parts.path}" if parts else source.replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = re.sub(r"[^\w.()+ -]+", "-", raw).strip("-. ")[-MOST_NAME_CHARS:] or "text"
    stem, dot, ending = name.rpartition(".")
    known = TEXT_ENDINGS.get(f".{ending.lower()}") if dot else None
    if known:
        return f"{stem}{known}"
    return name + (".md" if MARKDOWN_HEADING.search(text) else ".txt")


def _common(all_metadata: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first, *others = all_metadata
    return {
        name: value for name, value in first.items() if all(name in other and other[name] == value for other in others)
    }


def _plain(value: Any, depth: int = DEEPEST) -> Any:
    """`value` as the service can keep it: JSON without NUL or NaN; anything else as its words."""
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if depth and isinstance(value, Mapping):
        return {canonical(str(name)): _plain(one, depth - 1) for name, one in value.items()}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_plain(one, depth - 1) for one in value]
    return canonical(str(value))
