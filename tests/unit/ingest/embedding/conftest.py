"""One loaded embedder for all tests of this folder, and a real embeddings server on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.embedding.local import LocalEmbedder
from tests.instruments.embeddings import EmbeddingServer


@pytest.fixture(scope="session")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with EmbeddingServer() as running:
        yield running
