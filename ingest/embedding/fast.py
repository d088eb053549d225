"""Any text model of fastembed, an optional extra, from files that are here (floor 4).

Nothing is downloaded at run time: a model is fetched once by hand into the folder that `PROVISO_EMBEDDER_CACHE` names, and a missing one
is a sentence with the command that fetches it. fastembed runs ONNX graphs and adds no prefixes (but for models with a task of their
own); what a model wants before a text is in `models`.
"""

from __future__ import annotations

import asyncio
import difflib
import importlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, cast

from tokenizers import Tokenizer

from ingest.embedding.models import MAX_TOKENS, profile_of
from ingest.embedding.vectors import unit_vector
from ingest.embedding.wordpiece import encodable, require_fit
from proviso.errors import EmbedderUnavailable
from proviso.ports import Vector

LIBRARY = "fastembed"
"""By name, so that nothing but this choice needs it."""
BATCH_TEXTS = 8
"""Texts come sorted by length, so that little is padded; larger batches only take memory."""


class _Model(Protocol):
    """What we use of `fastembed.TextEmbedding`."""

    embedding_size: int
    model: Any

    def query_embed(self, query: str) -> Iterable[Any]: ...

    def passage_embed(self, texts: Iterable[str], **options: Any) -> Iterable[Any]: ...


class FastEmbedder:
    """One fastembed model on the CPU. Threads and event loops may share one."""

    def __init__(self, model: _Model, name: str) -> None:
        self._model = model
        self._tokenizer, cuts_at = _tokenizer(model, name)
        profile = profile_of(name)
        # A tokenizer file may set a lower limit than the card; fastembed would cut there without a word.
        self._profile = replace(profile, max_tokens=min(profile.max_tokens, cuts_at))
        self._room = self._profile.room(self.count_tokens)
        self.max_tokens = self._room.passage
        self.dimensions = model.embedding_size
        self.name = f"fastembed:{name}/{self.dimensions}{profile.scheme}"
        self.languages = profile.languages

    @classmethod
    async def open(cls, name: str, *, cache: Path, threads: int = 2) -> FastEmbedder:
        """Raises EmbedderUnavailable when fastembed, the name or the model's files are missing."""
        return await asyncio.to_thread(lambda: cls(_loaded(name, cache, threads), name))

    def count_tokens(self, text: str) -> int:
        """By the model's own tokenizer, special tokens included."""
        return len(self._tokenizer.encode(encodable(text)).ids)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        counts = await asyncio.to_thread(lambda: [self.count_tokens(text) for text in texts])
        require_fit(counts, self.max_tokens)
        vectors: list[Vector] = []
        for start in range(0, len(texts), BATCH_TEXTS):
            batch = [self._profile.passage + text for text in texts[start : start + BATCH_TEXTS]]
            vectors += await asyncio.to_thread(self._passages, batch)
        return vectors

    async def embed_query(self, text: str) -> Vector:
        return await asyncio.to_thread(self._query, text)

    def _passages(self, texts: Sequence[str]) -> list[list[float]]:
        return [unit_vector(vector.tolist()) for vector in self._model.passage_embed(texts, batch_size=BATCH_TEXTS)]

    def _query(self, text: str) -> list[float]:
        text = encodable(text)
        offsets = self._tokenizer.encode(text, add_special_tokens=False).offsets
        room = self._room.query - self.count_tokens("")
        beginning = text[: offsets[room - 1][1]] if len(offsets) > room else text
        (vector,) = self._model.query_embed(self._profile.query + beginning)
        return unit_vector(vector.tolist())


def _loaded(name: str, cache: Path, threads: int) -> _Model:
    try:
        known = importlib.import_module(LIBRARY).TextEmbedding
    except ImportError as error:
        raise EmbedderUnavailable(
            f"The embedder 'fastembed:{name}' needs fastembed, which is not installed: pip install 'proviso[fastembed]', in a checkout "
            "pip install --editable '.[fastembed]'."
        ) from error
    names = {each["model"].lower(): each["model"] for each in known.list_supported_models()}
    if name.lower() not in names:
        near = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.3)
        raise EmbedderUnavailable(
            f"fastembed has no text model {name!r}. Names like it: {', '.join(names[each] for each in near) or 'none'}."
        )
    try:
        return cast(_Model, known(names[name.lower()], cache_dir=str(cache), threads=threads, local_files_only=True))
    except Exception as error:  # of fastembed, huggingface_hub or ONNX Runtime, which has a tree of its own
        raise EmbedderUnavailable(
            f"The files of {name} are not in {cache}, or not whole, and Proviso downloads nothing by itself. Fetch them once: "
            f"python -c \"from fastembed import TextEmbedding; TextEmbedding('{names[name.lower()]}', cache_dir='{cache}')\" ({error})"
        ) from error


def _tokenizer(model: _Model, name: str) -> tuple[Tokenizer, int]:
    """The model's tokenizer, which neither cuts nor pads (fastembed's does both), and where fastembed's cuts."""
    theirs: Tokenizer | None = getattr(model.model, "tokenizer", None)
    if theirs is None:
        raise EmbedderUnavailable(f"The fastembed model {name} has no tokenizer that Proviso can count with.")
    ours = Tokenizer.from_str(theirs.to_str())
    ours.no_truncation()
    ours.no_padding()
    return ours, (theirs.truncation or {}).get("max_length", MAX_TOKENS)
