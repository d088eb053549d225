"""Checks of evidence against the service's own text and pages, and words of the stocked contracts to quote."""

from __future__ import annotations

from typing import Any

import httpx

# From nyliac-service.pdf, as it stands there, line ends included.
LAW = (
    "This Agreement shall be construed and the provisions hereof interpreted under and in accordance\n"
    "with the laws of the Commonwealth of Massachusetts."
)
NOTICE = "FIIOC may\nterminate this Agreement at any time upon ninety (90) days’ written notice to Company."
ASSIGNMENT = "This Agreement may not be assigned without the written consent of the other party"


def assert_located(client: httpx.Client, item: dict[str, Any], document: dict[str, Any]) -> None:
    """The evidence is verified, its text is the slice it names, and its boxes lie on its pages."""
    assert item["state"] in ("exact", "normalised", "partial")
    assert (item["document_id"], item["version"], item["title"]) == (document["id"], 1, document["title"])
    params = {"start": item["start"], "end": item["end"]}
    assert client.get(f"/v1/documents/{document['id']}/text", params=params).json()["text"] == item["text"]
    if document["pages"] is None:
        assert (item["page_start"], item["page_end"], item["pages"]) == (None, None, [])
        return
    assert [page["page"] for page in item["pages"]] == list(range(item["page_start"], item["page_end"] + 1))
    for page in item["pages"]:
        shown = client.get(f"/v1/documents/{document['id']}/pages/{page['page']}").json()
        assert (page["width"], page["height"]) == (shown["width"], shown["height"])
        assert page["boxes"]
        assert all(0 <= x0 < x1 <= page["width"] and 0 <= y0 < y1 <= page["height"] for x0, y0, x1, y1 in page["boxes"])
    assert item["pages"] == client.get(f"/v1/documents/{document['id']}/boxes", params=params).json()


def assert_unverified(item: dict[str, Any], quote: str) -> None:
    """Never shown as proof: no place, no text."""
    assert (item["state"], item["quote"]) == ("unverified", quote)
    assert (item["text"], item["start"], item["end"]) == (None, None, None)
    assert (item["page_start"], item["page_end"], item["pages"]) == (None, None, [])
