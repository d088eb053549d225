"""LlamaIndex reader (floor 4): our parsers behind `BaseReader`, for pipelines that already speak LlamaIndex.

Nothing else may import this module: loading llama_index takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document
from typing_extensions import override

from ingest.parsing import registry
from ingest.parsing.kinds import HEAD_BYTES, sniff
from proviso.types.documents import Page, Parsed


class ProvisoReader(BaseReader):
    """Reads PDF, DOCX, HTML, Markdown and text files: one Document per page, or per file where there are no pages.

    `start` and `end` in the metadata are the span of the Document in the canonical text of the whole file.
    """

    @override
    def lazy_load_data(
        self, file: Path | str, password: str | None = None, extra_info: dict[str, Any] | None = None
    ) -> Iterable[Document]:
        """The Documents of one file. Raises the FileErrors of proviso.errors."""
        path = Path(file)
        with path.open("rb") as opened:
            media_type = sniff(opened.read(HEAD_BYTES), path.name)
        parsed = registry.parse(path, media_type, path.name, password)
        shared = {**(extra_info or {}), **_about(parsed, path)}
        if not parsed.pages:
            yield Document(text=parsed.text, metadata={**shared, "start": 0, "end": len(parsed.text)})
        for page in parsed.pages:
            yield Document(text=parsed.text[page.start : page.end], metadata={**shared, **_place(page)})

    @override
    def load_data(self, *args: Any, **kwargs: Any) -> list[Document]:
        return list(self.lazy_load_data(*args, **kwargs))


def _about(parsed: Parsed, path: Path) -> dict[str, Any]:
    return {
        "file_name": path.name,
        "media_type": parsed.media_type,
        "pages": len(parsed.pages) or None,
        "title": parsed.title,
        "warnings": [warning.code for warning in parsed.warnings],
    }


def _place(page: Page) -> dict[str, Any]:
    return {"page": page.number, "start": page.start, "end": page.end, "source": page.source}
