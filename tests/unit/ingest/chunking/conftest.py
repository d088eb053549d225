"""What the chunking tests share: the packaged tokenizer, and the check that every chunk list must pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from ingest.chunking.chunk import indexed_text
from ingest.embedding.wordpiece import WordPiece
from proviso.types.documents import Chunk

MAX_TOKENS = 256

Check = Callable[[str, Sequence[Chunk]], None]


@pytest.fixture(scope="session")
def count_tokens() -> Callable[[str], int]:
    """The packaged embedder's own count, special tokens included."""
    return WordPiece().count


@pytest.fixture(scope="session")
def check(count_tokens: Callable[[str], int]) -> Check:
    """Asserts order, coverage, fit and numbering of the chunks of a text."""

    def check_chunks(text: str, chunks: Sequence[Chunk]) -> None:
        at = 0
        for i, piece in enumerate(chunks):
            assert piece.index == i
            assert not text[at : piece.start].strip(), "words between chunks"
            assert at <= piece.start < piece.end
            words = text[piece.start : piece.end]
            assert words == words.strip()
            assert piece.tokens == count_tokens(indexed_text(text, piece)) <= MAX_TOKENS
            at = piece.end
        assert not text[at:].strip(), "words after the last chunk"

    return check_chunks
