"""A text model of one ONNX node in a folder laid out as huggingface_hub's cache, for fastembed to find; made here, without any download.

It looks each token up in a table of random numbers; fastembed takes the mean. The tokenizer is the packaged one.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.embedding.wordpiece import packaged_file

NAME = "proviso-tests/e5-small-tiny"
"""By its name a model of the e5 family, and so asked with its prefixes."""
DIMENSIONS = 16
MAX_TOKENS = 64
VOCABULARY = 30_522


def table() -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(size=(VOCABULARY, DIMENSIONS)).astype(np.float32)


def put_into(cache: Path) -> None:
    """The model as if it had been fetched once."""
    repository = cache / f"models--{NAME.replace('/', '--')}"
    snapshot = repository / "snapshots" / "0" / "onnx"
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0")
    (snapshot / "model.onnx").write_bytes(_model())
    folder = snapshot.parent
    shutil.copy(packaged_file("tokenizer.json"), folder / "tokenizer.json")
    (folder / "config.json").write_text(json.dumps({"pad_token_id": 0}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": MAX_TOKENS, "pad_token": "[PAD]"}))


def damage(cache: Path) -> None:
    """As a fetch that was cut off leaves it."""
    (graph,) = cache.rglob("model.onnx")
    graph.write_bytes(graph.read_bytes()[:1000])


def _model() -> bytes:
    """onnx.proto3 by hand: `Gather(table, input_ids)`, opset 17. The numbers are those of the fields."""
    weights = (
        _field(1, VOCABULARY)
        + _field(1, DIMENSIONS)
        + _field(2, 1)
        + _field(8, b"table")
        + _field(9, table().tobytes())
    )
    node = _field(1, b"table") + _field(1, b"input_ids") + _field(2, b"state") + _field(4, b"Gather")
    graph = (
        _field(1, node)
        + _field(2, b"tiny")
        + _field(5, weights)
        + _field(11, _value(b"input_ids", 7, b"texts", b"tokens"))
        + _field(12, _value(b"state", 1, b"texts", b"tokens", DIMENSIONS))
    )
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, b"") + _field(2, 17))


def _value(name: bytes, element: int, *shape: bytes | int) -> bytes:
    axes = b"".join(_field(1, _field(1 if isinstance(axis, int) else 2, axis)) for axis in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, element) + _field(2, axes)))


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
