"""Our chunker as a LlamaIndex node parser: exact offsets on any text, sections, neighbours, and nothing lost."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import Document, MetadataMode, NodeRelationship, TextNode

from api.llamaindex.chunking import node_parser
from ingest.chunking.node_parser import ProvisoNodeParser, same_length
from ingest.embedding.local import LocalEmbedder

CONTRACT = (
    "MASTER AGREEMENT\n\n1. Term\n\n1.1 Duration. This Agreement lasts three years. "
    + "The parties may renew it in writing. " * 12
    + "\n\n1.2 Notice. Either party may end it on ninety days notice. "
    + "A notice is given in writing. " * 14
    + "\n\n2. Assignment\n\nNeither party may assign this Agreement without consent. "
    + "Consent is not withheld without reason. " * 12
)
MARKDOWN = (
    "# Terms\n\n## 8 General\n\n### 8.2 Assignment\n\n"
    + "Neither party may assign this. " * 12
    + "\n\n## 9 Law\n\n"
    + "Ohio. " * 60
)
PIECES = st.sampled_from(
    [
        "\r\n",
        "\r",
        "\n",
        "\n\n",
        "\f",
        "\x00",
        "\ufeff",
        "\u2028",
        " ",
        "word ",
        "A term. ",
        "1.1 Term. ",
        "# Head\n",
        "(a) x; ",
    ]
)


@pytest.fixture(scope="module")
def parser() -> ProvisoNodeParser:
    return node_parser()


def nodes_of(parser: ProvisoNodeParser, *documents: Document) -> list[TextNode]:
    return [node for node in parser.get_nodes_from_documents(documents) if isinstance(node, TextNode)]


def test_nodes_know_their_sections(parser: ProvisoNodeParser) -> None:
    nodes = nodes_of(parser, Document(text=CONTRACT))
    assert {"1.1", "1.2", "2"} <= {node.metadata["section"] for node in nodes}
    assert next(node for node in nodes if "assign" in node.text).metadata["heading"] == "Assignment"


def test_markdown_headings_are_sections(parser: ProvisoNodeParser) -> None:
    headers = [node.metadata["header"] for node in nodes_of(parser, Document(text=MARKDOWN))]
    assert "General > 8.2 Assignment" in headers
    assert "9 Law" in headers


def test_words_that_repeat_have_offsets_of_their_own(parser: ProvisoNodeParser) -> None:
    text = "The same sentence stands here again and again without end. " * 200
    nodes = nodes_of(parser, Document(text=text))
    assert len({node.start_char_idx for node in nodes}) == len(nodes) > 5
    assert nodes[-1].end_char_idx == len(text.rstrip())


def test_neighbours_and_source_are_linked_within_a_document_only(parser: ProvisoNodeParser) -> None:
    one, other = Document(text=CONTRACT, id_="one"), Document(text=MARKDOWN, id_="other")
    nodes = nodes_of(parser, one, other)
    assert {node.ref_doc_id for node in nodes} == {"one", "other"}
    for before, after in itertools.pairwise(nodes):
        together = before.ref_doc_id == after.ref_doc_id
        assert (before.next_node is not None and before.next_node.node_id == after.node_id) == together
        assert (after.prev_node is not None and after.prev_node.node_id == before.node_id) == together
    assert nodes[0].relationships[NodeRelationship.SOURCE].hash == one.hash


def test_metadata_of_the_document_stay_with_the_node_but_out_of_what_is_embedded(parser: ProvisoNodeParser) -> None:
    nodes = nodes_of(parser, Document(text=CONTRACT, metadata={"vendor": "ACME", "year": 2024}))
    assert all(node.metadata["vendor"] == "ACME" for node in nodes)
    for node in nodes:
        shown = node.get_content(MetadataMode.EMBED)
        assert shown == node.get_content(MetadataMode.LLM)
        assert "ACME" not in shown
        assert shown == f"{node.metadata['header']}: {node.text}" if node.metadata["header"] else node.text


def test_header_and_words_fit_the_embedder(parser: ProvisoNodeParser) -> None:
    embedder = LocalEmbedder()
    nodes = nodes_of(parser, Document(text=CONTRACT * 3))
    assert max(embedder.count_tokens(node.get_content(MetadataMode.EMBED)) for node in nodes) <= embedder.max_tokens


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_on_any_text_a_node_is_what_stands_at_its_offsets_and_nothing_is_lost(text: str) -> None:
    covered = set()
    for node in nodes_of(node_parser(), Document(text=text)):
        assert node.start_char_idx is not None
        assert node.end_char_idx is not None
        assert text[node.start_char_idx : node.end_char_idx] == node.text
        covered.update(range(node.start_char_idx, node.end_char_idx))
    assert all(i in covered or same_length(text)[i].isspace() for i in range(len(text)))


async def test_it_is_a_step_of_a_pipeline_both_ways(parser: ProvisoNodeParser) -> None:
    pipeline = IngestionPipeline(transformations=[parser])
    documents = [Document(text=CONTRACT, id_="one")]
    now = [(node.ref_doc_id, node.get_content()) for node in pipeline.run(documents=documents)]
    later = IngestionPipeline(transformations=[parser])
    assert now == [(node.ref_doc_id, node.get_content()) for node in await later.arun(documents=documents)]
    again = [(node.ref_doc_id, node.get_content()) for node in pipeline.run(documents=documents)]  # from its cache
    assert again == now


def test_an_empty_document_gives_no_nodes(parser: ProvisoNodeParser) -> None:
    assert nodes_of(parser, Document(text=" \r\n ")) == []
