"""The plain pipeline that retrieval is compared with: where its nodes stand, and that it finds what LlamaIndex's own index finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import MetadataMode, TextNode

from evals.retrieval.asking import Asking
from evals.retrieval.corpora import Question
from evals.retrieval.plain import FILE, Cutting, Pipeline, Plain, pipelines, placed
from ingest.embedding.local import LocalEmbedder
from proviso.text import Span

SUBJECTS = ("payment", "delivery", "insurance", "termination", "assignment", "governing law", "secrecy", "audits")
TEXTS = {
    f"{who}.txt": "\n\n".join(f"{n}. {what.title()}. {who} answers for {what}." for n, what in enumerate(SUBJECTS, 1))
    for who in ("Alpha", "Beta")
}
SMALL = Pipeline("small", SentenceSplitter(chunk_size=24, chunk_overlap=0))


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


@pytest.fixture(scope="module")
def model(embedder: LocalEmbedder) -> Cutting:
    return Cutting(embedder)


def asked(text: str, file: str, *, within: bool) -> Asking:
    return Asking(Question("q", "k", file, text, None, ()), text, within)


def test_nodes_stand_where_a_forward_reading_finds_them_also_when_words_are_repeated() -> None:
    text = "Same clause. Same clause. Same clause."
    nodes = [TextNode(text="Same clause.") for _ in range(3)]
    assert placed(text, nodes) == [Span(0, 12), Span(13, 25), Span(26, 38)]


def test_nodes_that_overlap_stand_where_they_begin() -> None:
    text = "one two three four"
    assert placed(text, [TextNode(text="one two three"), TextNode(text="two three four")]) == [Span(0, 13), Span(4, 18)]


def test_a_node_that_is_not_in_the_text_is_a_fault() -> None:
    with pytest.raises(ValueError, match="does not stand"):
        placed("one two", [TextNode(text="three")])


def test_it_finds_the_nodes_of_llama_indexs_own_index_in_their_order(model: Cutting, tmp_path: Path) -> None:
    plain = Plain(SMALL, TEXTS, model, tmp_path, {})
    nodes = [node for each in SMALL.nodes(TEXTS).values() for node in each]
    index = VectorStoreIndex(nodes, embed_model=model)
    question = "Which law applies?"
    theirs = index.as_retriever(similarity_top_k=5).retrieve(question)
    (ours,) = plain.ask([asked(question, "Alpha.txt", within=False)])
    words = [TEXTS[result.document][result.span.start : result.span.end] for result in ours.results[:5]]
    assert words == [found.node.get_content() for found in theirs]


def test_within_a_document_nothing_else_is_found(model: Cutting, tmp_path: Path) -> None:
    (answer,) = Plain(SMALL, TEXTS, model, tmp_path, {}).ask([asked("Who pays?", "Beta.txt", within=True)])
    assert {result.document for result in answer.results} == {"Beta.txt"}
    assert (answer.routed_to, answer.pages[0]) == ((), None)


def test_results_say_which_pages_they_touch(model: Cutting, tmp_path: Path) -> None:
    cut = len(TEXTS["Beta.txt"]) // 2
    pages = {"Beta.txt": [Span(0, cut), Span(cut, len(TEXTS["Beta.txt"]))]}
    (answer,) = Plain(SMALL, TEXTS, model, tmp_path, pages).ask([asked("Who pays?", "Beta.txt", within=True)])
    for result, touched in zip(answer.results, answer.pages, strict=True):
        assert touched == (1 if result.span.start < cut else 2, 2 if result.span.end > cut else 1)


def test_vectors_are_kept_and_the_file_name_is_embedded_only_where_that_is_asked(
    model: Cutting, tmp_path: Path
) -> None:
    named = Pipeline("named", SMALL.splitter, named=True)
    shown = {
        pipeline.name: pipeline.nodes(TEXTS)["Beta.txt"][0].get_content(MetadataMode.EMBED)
        for pipeline in (SMALL, named)
    }
    assert FILE not in shown["small"]
    assert f"{FILE}: Beta.txt" in shown["named"]
    for pipeline in (SMALL, named, SMALL):
        Plain(pipeline, TEXTS, model, tmp_path, {})
    assert len(list(tmp_path.iterdir())) == 2


def test_fitted_nodes_fit_the_embedder_and_a_longer_text_is_cut_in_silence(
    embedder: LocalEmbedder, model: Cutting
) -> None:
    long = {"long.txt": " ".join(TEXTS.values()) * 20}
    defaults, *fitted = pipelines(embedder)
    for pipeline in fitted:
        nodes = pipeline.nodes(long)["long.txt"]
        assert max(embedder.count_tokens(node.get_content(MetadataMode.EMBED)) for node in nodes) <= embedder.max_tokens
    (first, *_) = defaults.nodes(long)["long.txt"]
    assert embedder.count_tokens(first.text) > embedder.max_tokens
    assert len(model.get_text_embedding(first.text)) == embedder.dimensions
