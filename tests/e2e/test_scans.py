"""Scans with Tesseract installed: read, searched and cited with boxes, and said to be OCR; the service says what it reads them with."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from ingest.parsing.ocr_program import tesseract
from tests.instruments import scan_writer
from tests.instruments.service import running_service, settled, upload_bytes

pytestmark = [
    pytest.mark.ocr,
    pytest.mark.skipif(tesseract() is None, reason="Tesseract is not installed (apt install tesseract-ocr)"),
]
TERM = [
    "Term and Termination. This Agreement runs for two years and may",
    "be terminated by either party upon ninety (90) days notice.",
]
FEES = ["Fees. The Customer pays a fixed fee of $48,000 a year."]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running_service(tmp_path_factory.mktemp("scans"), ocr=True) as client:
        yield client


def test_the_service_says_what_reads_scans(client: httpx.Client) -> None:
    info = client.get("/v1/info").json()
    assert info["ocr"] == tesseract()
    assert info["ocr"].startswith("tesseract ")
    assert "eng" in info["ocr_languages"]


def test_a_scan_is_read_searched_and_cited_with_boxes(client: httpx.Client) -> None:
    [item] = upload_bytes(client, scan__pdf=scan_writer.a_scan([TERM, FEES], lean=1.0)).json()["items"]
    [document] = settled(client, [item["id"]])
    assert (document["status"], document["pages"]) == ("ready", 2)
    assert [each["source"] for each in document["page_coverage"]] == ["ocr", "ocr"]
    assert [(each["code"], each["pages"]) for each in document["warnings"]] == [("ocr", [1, 2])]
    text = client.get(f"/v1/documents/{item['id']}/text").json()["text"]
    assert " ".join(text.split()) == " ".join([*TERM, *FEES])
    [best] = client.post("/v1/search", json={"query": "fixed fee a year", "limit": 1}).json()["items"]
    assert best["page_end"] == 2
    start = text.index("$48,000")
    [shown] = client.get(f"/v1/documents/{item['id']}/boxes", params={"start": start, "end": start + 7}).json()
    [box] = shown["boxes"]
    assert shown["page"] == 2
    assert 270 < box[0] < box[2] < 360
    assert 60 < box[1] < box[3] < 100
