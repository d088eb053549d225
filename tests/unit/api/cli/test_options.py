from __future__ import annotations

from api.cli.options import scope_body


def test_a_scope_is_a_collection_everything_or_named_documents() -> None:
    assert scope_body("vendors", False, None) == {"collection": "vendors"}
    assert scope_body("vendors", True, None) == {"collection": None}
    assert scope_body("vendors", True, ["doc_a"]) == {"document_ids": ["doc_a"]}
