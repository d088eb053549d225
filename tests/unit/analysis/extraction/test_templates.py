from __future__ import annotations

import pytest

from analysis.extraction.schema import fields_of
from analysis.extraction.templates import template, template_names
from proviso.errors import NotFound


def test_the_template_of_key_terms_is_there() -> None:
    assert "contract-key-terms" in template_names()


@pytest.mark.parametrize("name", template_names())
def test_every_template_is_whole_and_its_schema_valid(name: str) -> None:
    found = template(name)
    assert found["name"] == name
    assert all(found[key] for key in ("title", "description", "version", "instructions"))
    fields = fields_of(found["schema"])
    assert all(field.description and field.title for field in fields)


@pytest.mark.parametrize("name", ["", "nothing", "../templates/contract-key-terms", "contract-key-terms.json"])
def test_an_unknown_template_is_answered_with_those_there_are(name: str) -> None:
    with pytest.raises(NotFound, match="contract-key-terms"):
        template(name)


def test_what_a_caller_does_to_a_template_stays_with_the_caller() -> None:
    template("contract-key-terms")["schema"].clear()
    assert template("contract-key-terms")["schema"]
