"""One PDF page as a picture (floor 4), with what was filled into it, in the frame the word boxes are given in."""

from __future__ import annotations

from pathlib import Path

from ingest.parsing.pdf_images import page_png
from ingest.parsing.pdf_open import drawable_page


def render(path: Path, page: int, scale: float, password: str | None) -> bytes:
    """PNG of a 1-based page. Raises NotFound, NoPageImage, PasswordRequired, WrongPassword, ParserLimit."""
    with drawable_page(path, page, password) as shown:
        return page_png(shown, scale)
