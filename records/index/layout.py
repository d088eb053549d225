"""How a collection lies on a Qdrant server (records, pure; known without the client of the server)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerLayout:
    """How a collection is made, and how closely its graph is searched. What is made stays: another layout needs an empty index."""

    shards: int | None = None
    """None: the server decides (one for every node)."""
    replicas: int = 1
    quantized: bool = False
    """Bytes for numbers, kept in memory beside the vectors: less work a query, a quarter more disk; for 100,000 chunks or more."""
    search_ef: int | None = 256
    """Candidates looked at in the graph: all of the best 64 of 100,000 chunks; None leaves it to the server."""
    generation: int = 0
    """Which of our collections: 0 the first, another one was built beside it."""
    afresh: bool = False
    """A collection of this generation that was begun for another embedder is begun again."""


USUAL = ServerLayout()
