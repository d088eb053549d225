"""A model lent from another environment: it speaks the protocol that the service's own client speaks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest

from evals.retrieval.lent import answering
from ingest.embedding.remote import RemoteEmbedder
from tests.instruments.embeddings import letter_counts


@pytest.fixture
def base_url() -> Iterator[str]:
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), answering("letters", lambda texts: [letter_counts(text) for text in texts])
    )
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


async def test_the_services_own_client_gets_the_lent_models_vectors_in_order(base_url: str) -> None:
    embedder = await RemoteEmbedder.open(base_url, "letters")
    try:
        first, second = await embedder.embed(["aab", "ccc"])
        again = await embedder.embed_query("aab")
    finally:
        await embedder.close()
    assert embedder.dimensions == 26
    assert list(again) == list(first)
    assert first[0] == pytest.approx(2 / 5**0.5)
    assert (second[2], sum(second)) == (1.0, 1.0)
