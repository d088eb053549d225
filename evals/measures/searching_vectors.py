"""Vectors kept on disk by the hash of their text (evals), and an embedder that hands them to the product's own indexing.

Embedding 25,000 chunks takes minutes, and a copy of a document under another name should not have the very vectors of its original: each
copy's are turned a little by seeded noise, so that no two points coincide.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from ingest.embedding.local import LocalEmbedder
from proviso.ports import Vector

KEY_BYTES = 16
PIECE = 2048
"""Texts embedded before the file is written again: what an interruption costs at most."""

NOISE = 0.35
"""Length of the noise added to a unit vector: the copy's cosine to its original is about 0.94."""


class KeptVectors:
    """Unit vectors by text. `folder` holds two arrays for each embedder: keys and vectors, in one order."""

    def __init__(self, folder: Path, embedder: LocalEmbedder) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = embedder.name.replace("/", "-")
        self._keys, self._numbers = folder / f"{name}.keys.npy", folder / f"{name}.vectors.npy"
        self._embedder = embedder
        self._places: dict[bytes, int] = {}
        self._vectors = np.zeros((0, embedder.dimensions), np.float32)
        if self._keys.is_file() and self._numbers.is_file():
            keys, self._vectors = np.load(self._keys), np.load(self._numbers)
            self._places = {row.tobytes(): place for place, row in enumerate(keys[: len(self._vectors)])}

    def of(self, texts: Sequence[str]) -> np.ndarray:
        """One row of 32-bit floats for each text."""
        keys = [key_of(text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._places}
        missing = list(new.items())
        for first in range(0, len(missing), PIECE):
            piece = missing[first : first + PIECE]
            made = self._embedder.embed_now([text for _, text in piece])
            self.put([key for key, _ in piece], np.array(made, np.float32))
        return self._vectors[[self._places[key] for key in keys]]

    def put(self, keys: Sequence[bytes], vectors: np.ndarray) -> None:
        """Keep these and write everything."""
        self._places |= {key: len(self._places) + place for place, key in enumerate(keys)}
        self._vectors = np.concatenate([self._vectors, vectors])
        np.save(self._numbers, self._vectors)
        np.save(self._keys, np.frombuffer(b"".join(self._places), np.uint8).reshape(-1, KEY_BYTES))


class CopyingEmbedder:
    """The port `Embedder` over kept vectors. `copy` says which copy is being indexed: 0 is the original, exactly as it was embedded."""

    def __init__(self, kept: KeptVectors, embedder: LocalEmbedder) -> None:
        self._kept = kept
        self._embedder = embedder
        self.copy = 0
        self.name, self.dimensions = embedder.name, embedder.dimensions
        self.max_tokens, self.languages = embedder.max_tokens, embedder.languages

    def count_tokens(self, text: str) -> int:
        return self._embedder.count_tokens(text)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        found = self._kept.of(texts)
        if self.copy:
            found = turned(found, [int.from_bytes(key_of(text)[:8], "little") for text in texts], self.copy)
        return [row.tolist() for row in found]

    async def embed_query(self, text: str) -> Vector:
        return await self._embedder.embed_query(text)


def key_of(text: str) -> bytes:
    """By which a text's vector is kept."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def turned(vectors: np.ndarray, seeds: Sequence[int], copy: int) -> np.ndarray:
    """Unit vectors near `vectors`: each with noise of its own, the same whenever it is made again."""
    noise = np.stack([np.random.default_rng((seed, copy)).standard_normal(vectors.shape[1]) for seed in seeds])
    moved = vectors + NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    unit: np.ndarray = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return unit
