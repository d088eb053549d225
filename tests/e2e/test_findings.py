"""What a document holds besides running text, over HTTP: of real files, and of a version whose details are known to the last field."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from proviso.types.documents import Attachment, Cell, Definition, Details, FormField, Mark, Reference, Table
from proviso.wire import to_json
from records.store.folder import FolderStore
from tests.e2e.problems import assert_problem
from tests.instruments import builders
from tests.instruments.service import running_service, settled

WORDS = '"Fee" means ten dollars. See Section 1. Item Price =2+3'


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("findings")


@pytest.fixture(scope="module")
def client(data_dir: Path) -> Iterator[httpx.Client]:
    with running_service(data_dir) as client:
        yield client


def add(client: httpx.Client, name: str, data: bytes) -> dict[str, Any]:
    answer = client.post("/v1/documents", files=[("files", (name, data))])
    return settled(client, [answer.json()["items"][0]["id"]])[0]


def a_span(words: str) -> tuple[int, int]:
    return WORDS.index(words), WORDS.index(words) + len(words)


def some_details() -> Details:
    start, end = a_span('"Fee" means ten dollars.')
    cells = tuple(Cell(*a_span(words), 0, n) for n, words in enumerate(("Item", "Price", "=2+3")))
    return Details(
        tables=(Table(*a_span("Item Price =2+3"), 1, 3, cells),),
        marks=(
            Mark("insertion", *a_span("ten"), author="Ann"),
            Mark("comment", *a_span("Fee"), "Why?", "Bob", "2026-01-02T03:04:05Z"),
        ),
        form_fields=(FormField("agree", "checkbox", "yes", 1),),
        attachments=(Attachment("annex.pdf", 12),),
        definitions=(Definition("Fee", start + 1, start + 4, start, end, "means"),),
        references=(
            Reference(*a_span("Section 1"), "section", "Section 1", "1", 0, 24),
            Reference(*a_span("See"), "external", "RFC 7230"),
        ),
    )


@pytest.fixture(scope="module")
def known(client: httpx.Client, data_dir: Path) -> str:
    """A document of which the details are exactly those above."""
    document = add(client, "known.pdf", builders.a_pdf([[WORDS]]))
    (folder,) = (path.parent for path in (data_dir / "store" / "versions").rglob("details"))
    store = FolderStore(data_dir / "store")
    asyncio.run(store.put(f"versions/{folder.name}/details", to_json(some_details())))
    id_: str = document["id"]
    return id_


def get(client: httpx.Client, id_: str, path: str, **params: Any) -> Any:
    response = client.get(f"/v1/documents/{id_}/{path}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


def test_definitions_come_with_their_words_and_are_found_by_their_term(client: httpx.Client, known: str) -> None:
    found = get(client, known, "definitions")
    assert found["version"] == 1
    (item,) = found["items"]
    assert (item["term"], item["text"], item["page"], item["form"]) == ("Fee", '"Fee" means ten dollars.', 1, "means")
    assert len(get(client, known, "definitions", term="fee")["items"]) == 1
    assert get(client, known, "definitions", term="Price")["items"] == []


def test_references_lead_somewhere_or_out_of_the_document(client: httpx.Client, known: str) -> None:
    inside, outside = get(client, known, "references")["items"]
    assert inside["target"] == {"path": "1", "start": 0, "end": 24, "page": 1}
    assert (outside["kind"], outside["target"], outside["label"]) == ("external", None, "RFC 7230")
    assert get(client, known, "references", kind="external")["items"] == [outside]
    assert_problem(client.get(f"/v1/documents/{known}/references?kind=odd"), 422, "invalid_request")


def test_tables_come_with_cells_and_as_csv_that_no_spreadsheet_runs(client: httpx.Client, known: str) -> None:
    (table,) = get(client, known, "tables")["items"]
    assert [cell["text"] for cell in table["cells"]] == ["Item", "Price", "=2+3"]
    assert get(client, known, "tables/1") == {"version": 1} | table
    written = client.get(f"/v1/documents/{known}/tables/1", params={"format": "csv"})
    assert written.headers["content-type"].startswith("text/csv")
    assert list(csv.reader(io.StringIO(written.text))) == [["Item", "Price", "'=2+3"]]
    assert_problem(client.get(f"/v1/documents/{known}/tables/2"), 404, "not_found")
    assert_problem(client.get(f"/v1/documents/{known}/tables/0"), 422, "invalid_request")


def test_marks_forms_and_attachments_are_told(client: httpx.Client, known: str) -> None:
    insertion, comment = get(client, known, "marks")["items"]
    assert (insertion["kind"], insertion["about"], insertion["author"]) == ("insertion", "ten", "Ann")
    assert (comment["text"], comment["about"], comment["at"]) == ("Why?", "Fee", "2026-01-02T03:04:05Z")
    assert get(client, known, "marks", kind="comment")["items"] == [comment]
    assert get(client, known, "form_fields")["items"][0]["value"] == "yes"
    assert get(client, known, "attachments")["items"] == [{"name": "annex.pdf", "bytes": 12, "page": None}]


def test_what_was_never_found_is_an_empty_list_and_an_unknown_document_none(client: httpx.Client) -> None:
    id_ = add(client, "bare.txt", b"Nothing special.")["id"]
    for path in ("definitions", "references", "tables", "marks", "form_fields", "attachments"):
        assert get(client, id_, path)["items"] == []
        assert_problem(client.get(f"/v1/documents/doc_none/{path}"), 404, "not_found")


def test_a_word_file_with_a_table_says_so_and_shows_it(client: httpx.Client) -> None:
    document = add(client, "priced.docx", builders.a_docx(["Prices", [["Item", "Price"], ["Pen", "$1"]], "End."]))
    assert document["contains"].get("tables") == 1
    (table,) = get(client, document["id"], "tables")["items"]
    rows = [[cell["text"] for cell in table["cells"] if cell["row"] == row] for row in range(table["rows"])]
    assert rows == [["Item", "Price"], ["Pen", "$1"]]
    text = get(client, document["id"], "text")["text"]
    assert all(text[cell["start"] : cell["end"]] == cell["text"] for cell in table["cells"])


def test_a_contract_says_who_its_parties_are_with_the_words_that_say_so(client: httpx.Client) -> None:
    contract = builders.a_contract(11)
    document = add(client, "contract.pdf", contract.pdf())
    text = get(client, document["id"], "text")["text"]
    assert document["facts"], "no facts"
    for fact in document["facts"]:
        assert set(fact) == {"kind", "value", "start", "end", "role"}
        assert text[fact["start"] : fact["end"]]
    parties = {fact["value"] for fact in document["facts"] if fact["kind"] == "party"}
    assert parties == set(contract.parties)
    assert document["contains"]["definitions"] >= 3
    terms = {item["term"] for item in get(client, document["id"], "definitions")["items"]}
    assert {"Supplier", "Customer", "Effective Date"} <= terms


def test_a_page_has_the_label_that_the_file_gives_it(client: httpx.Client) -> None:
    document = add(client, "roman.pdf", builders.a_pdf([["One."], ["Two."]], labels="/r"))
    assert [get(client, document["id"], f"pages/{n}")["label"] for n in (1, 2)] == ["i", "ii"]
