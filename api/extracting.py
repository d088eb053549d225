"""Creating an extraction (floor 5): schema checked, scope fixed, rows written, units queued."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analysis.extraction.estimate import Engine, estimate
from analysis.extraction.schema import fields_of
from analysis.extraction.templates import template
from analysis.extraction.unit import DEFAULT_EFFORT
from api.schemas.extracting import ExtractBody, extraction_json
from api.wiring import Services
from proviso.errors import InvalidRequest
from proviso.prices import check_cost
from proviso.types.answers import Effort
from proviso.wire import to_data
from records.catalog import documents, extractions
from records.catalog.extractions import NewExtraction


async def create_extraction(services: Services, workspace: str, body: ExtractBody) -> tuple[int, dict[str, Any]]:
    """202 with the job, or 200 with the estimate of a dry run."""
    if body.webhook is not None:
        raise InvalidRequest("Webhooks are not available in this version; leave webhook out and follow …/events.")
    _check_budget(services, body)
    schema, instructions = _schema(body)
    fields = fields_of(schema)
    ids = await services.catalog.read(documents.extraction_scope, body.scope(workspace))
    if not ids:
        raise InvalidRequest("The scope holds no documents; upload some first or name another collection.")
    effort = None if body.effort == "auto" else body.effort
    if body.dry_run:
        scope = replace(body.scope(workspace), collection=None, document_ids=None)
        readable = (await services.catalog.read(documents.resolve_scope, scope)).documents
        ready = [document for document in readable if document.document_id in set(ids)]
        return 200, to_data(estimate(len(ids), ready, fields, _engine(services, effort or DEFAULT_EFFORT, body.model)))
    new = NewExtraction(
        workspace=workspace,
        name=body.name or body.template or "extraction",
        schema=schema,
        template=body.template,
        instructions=instructions,
        effort=effort,
        model=body.model,
        document_ids=tuple(ids),
        fields=tuple(fields),
        max_tokens=body.budget.max_tokens if body.budget else None,
        max_cost=body.budget.max_cost if body.budget else None,
    )
    record = await services.catalog.write(extractions.create, new)
    await services.background.queue_units(record.id)
    return 202, extraction_json(record)


def _check_budget(services: Services, body: ExtractBody) -> None:
    """A limit of cost that could not be kept is refused rather than ignored: who sets one counts on it."""
    if body.budget is not None:
        check_cost(body.budget.max_cost, services.model.price(body.model) if services.model else None, 0, 0)


def _engine(services: Services, effort: Effort, model: str | None) -> Engine | None:
    if services.model is None:
        return None
    return Engine(services.contexts.limits, effort, services.model.price(model))


def _schema(body: ExtractBody) -> tuple[dict[str, Any], str | None]:
    if (body.schema_ is None) == (body.template is None):
        raise InvalidRequest("Give either a schema or the name of a template.")
    if body.template is None:
        assert body.schema_ is not None
        return body.schema_, body.instructions
    found = template(body.template)
    parts = [part for part in (found.get("instructions"), body.instructions) if part]
    return found["schema"], "\n".join(parts) or None
