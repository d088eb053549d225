"""Looking into a document: text, outline, pages, images, boxes, the original."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.problems import assert_problem

Documents = dict[str, dict[str, Any]]
PNG = b"\x89PNG\r\n\x1a\n"


def get(client: httpx.Client, document: dict[str, Any], path: str, **params: Any) -> Any:
    response = client.get(f"/v1/documents/{document['id']}{path}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


def test_any_part_of_the_text_is_the_same_slice_of_the_whole(library: httpx.Client, documents: Documents) -> None:
    for document in documents.values():
        whole = get(library, document, "/text")
        text = whole["text"]
        assert (whole["start"], whole["end"], whole["length"]) == (0, len(text), len(text))
        assert (whole["version"], document["chars"]) == (1, len(text))
        assert "\r" not in text
        assert "\0" not in text
        part = get(library, document, "/text", start=100, end=350)
        assert part["text"] == text[100:350]
        assert get(library, document, "/text", start=len(text))["text"] == ""


@pytest.mark.parametrize("params", [{"start": 5, "end": 2}, {"end": 10_000_000}, {"start": 10_000_000}])
def test_a_span_outside_the_text_is_refused(
    library: httpx.Client, documents: Documents, params: dict[str, int]
) -> None:
    id_ = documents["centrack"]["id"]
    assert_problem(library.get(f"/v1/documents/{id_}/text", params=params), 422, "span_out_of_range")
    assert_problem(library.get(f"/v1/documents/{id_}/text", params={"start": -1}), 422, "invalid_request")


def test_the_pages_of_a_pdf_share_out_its_text(library: httpx.Client, documents: Documents) -> None:
    document = documents["centrack"]
    text = get(library, document, "/text")["text"]
    pages = [get(library, document, f"/pages/{n}") for n in range(1, document["pages"] + 1)]
    assert [page["page"] for page in pages] == [1, 2, 3, 4]
    assert all(page["text"] == text[page["start"] : page["end"]] for page in pages)
    assert all(one["end"] <= other["start"] for one, other in pairwise(pages))
    assert all((page["width"], page["height"]) == (595, 842) for page in pages)
    assert [c["page"] for c in document["page_coverage"]] == [1, 2, 3, 4]
    for number, status in ((0, 422), (5, 404)):
        response = library.get(f"/v1/documents/{document['id']}/pages/{number}")
        assert_problem(response, status, "not_found" if status == 404 else "invalid_request")


def test_a_page_without_text_is_named_in_warnings_and_coverage(documents: Documents) -> None:
    document = documents["holiday"]
    assert [(w["code"], w["pages"]) for w in document["warnings"]] == [("needs_ocr", [4])]
    assert [c["source"] for c in document["page_coverage"]] == ["text_layer"] * 3 + ["none"]


def test_the_boxes_of_a_span_lie_on_its_pages(library: httpx.Client, documents: Documents) -> None:
    document = documents["centrack"]
    second = get(library, document, "/pages/2")
    start, end = second["end"] - 200, second["end"] + 200
    pages = get(library, document, "/boxes", start=start, end=end)
    assert [page["page"] for page in pages] == [2, 3]
    for page in pages:
        assert page["boxes"]
        for x0, y0, x1, y1 in page["boxes"]:
            assert 0 <= x0 < x1 <= page["width"]
            assert 0 <= y0 < y1 <= page["height"]
    bottom_of_2, top_of_3 = pages[0]["boxes"][-1][3], pages[1]["boxes"][0][1]
    assert bottom_of_2 > pages[0]["height"] / 2 > top_of_3
    assert get(library, document, "/boxes", start=start, end=start) == []


def test_a_page_is_drawn_at_the_scale_asked_for(library: httpx.Client, documents: Documents) -> None:
    path = f"/v1/documents/{documents['nyliac']['id']}/pages/1/image"
    sizes = []
    for scale in (1, 2):
        response = library.get(path, params={"scale": scale})
        assert response.headers["content-type"] == "image/png"
        assert response.content.startswith(PNG)
        sizes.append(int.from_bytes(response.content[16:20], "big"))
    assert sizes[1] == pytest.approx(2 * sizes[0], abs=2)
    for scale in (0, 4.5):
        assert_problem(library.get(path, params={"scale": scale}), 422, "invalid_request")


def test_a_document_without_pages_says_so(library: httpx.Client, documents: Documents) -> None:
    for name in ("bravatek", "paxmedica"):
        document = documents[name]
        assert document["pages"] is None
        assert get(library, document, "/boxes", start=0, end=50) == []
        for path in ("/pages/1", "/pages/1/image"):
            assert_problem(library.get(f"/v1/documents/{document['id']}{path}"), 404, "no_page_image")


def test_the_outline_names_sections_with_their_spans(library: httpx.Client, documents: Documents) -> None:
    for name, title in (("nyliac", "Applicable Law"), ("bravatek", "General Scope")):
        document = documents[name]
        text = get(library, document, "/text")["text"]
        sections = get(library, document, "/outline")
        assert sections == sorted(sections, key=lambda s: s["start"])
        assert all(0 <= s["start"] < s["end"] <= len(text) for s in sections)
        section = next(s for s in sections if title.lower() in s["title"].lower())
        assert title.lower() in text[section["start"] : section["end"]].lower()
        assert (section["page"] is None) == (document["pages"] is None)


def test_the_original_comes_back_byte_for_byte_as_an_attachment(
    library: httpx.Client, documents: Documents, samples: Path
) -> None:
    for document in documents.values():
        response = library.get(f"/v1/documents/{document['id']}/file")
        assert response.content == (samples / document["filename"]).read_bytes()
        assert response.headers["content-disposition"].startswith("attachment")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-type"].startswith(document["media_type"])


def test_a_version_that_is_not_there_is_not_found(library: httpx.Client, documents: Documents) -> None:
    id_ = documents["centrack"]["id"]
    for path in ("/text", "/outline", "/pages/1", "/pages/1/image", "/boxes?start=0&end=5", "/file"):
        joint = "&" if "?" in path else "?"
        assert library.get(f"/v1/documents/{id_}{path}{joint}version=1").status_code == 200, path
        assert_problem(library.get(f"/v1/documents/{id_}{path}{joint}version=2"), 404, "not_found")


def test_an_unknown_document_is_not_found_at_every_door(library: httpx.Client) -> None:
    for path in ("", "/text", "/outline", "/pages/1", "/pages/1/image", "/boxes?start=0&end=5", "/file", "/events"):
        assert_problem(library.get(f"/v1/documents/doc_unknown{path}"), 404, "not_found")
