"""The calls of an answer in the background, kept in the catalog (floor 5) while the answer is on its way."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from analysis.answering.mapping.keeping import KeptCall
from proviso.errors import CatalogUnavailable, DependencyError
from proviso.types.answers import CallUsage
from proviso.types.chat import Completion
from proviso.wire import from_data, to_data
from records.catalog import asked_calls
from records.catalog.asked_calls import AskedCall
from records.catalog.catalog import Catalog
from records.jobs.faults import fault_data, fault_from

log = logging.getLogger(__name__)


@dataclass(slots=True)
class KeptCalls:
    """Keeps the calls of one answer. `waits`: a model out of reach is waited for; `count`: how many calls were made here."""

    catalog: Catalog
    answer_id: str
    waits: bool = True
    count: int = 0

    async def kept(self) -> list[KeptCall]:
        return [_from_row(row) for row in await self.catalog.read(asked_calls.kept, self.answer_id)]

    async def keep(self, call: KeptCall) -> None:
        self.count += 1
        try:
            await self.catalog.write(asked_calls.keep, self.answer_id, _to_row(call))
        except CatalogUnavailable as error:
            log.warning("a call of %s would have to be made again after a cut: %s", self.answer_id, error.detail)


def _to_row(call: KeptCall) -> AskedCall:
    data = {
        "counted": call.counted,
        "usage": to_data(call.usage),
        "completion": to_data(call.completion),
        "fault": fault_data(call.error) if call.error else None,
    }
    return AskedCall(call.key, call.documents, data)


def _from_row(row: AskedCall) -> KeptCall:
    data, error = row.call, fault_from(row.call["fault"]) if row.call["fault"] else None
    return KeptCall(
        key=row.key if error is None or isinstance(error, DependencyError) else None,
        documents=row.document_ids,
        counted=data["counted"],
        usage=from_data(CallUsage, data["usage"]) if data["usage"] else None,
        completion=from_data(Completion, data["completion"]) if data["completion"] else None,
        error=error if isinstance(error, DependencyError) else None,
    )
