"""Inside Proviso (floor 5): what `proviso reindex` and `proviso snapshot` ask of the service that runs on the data folder."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ServicesDep, WorkspaceDep
from api.pairing import copy_index
from proviso.ids import new_id

router = APIRouter(prefix="/v1/index", include_in_schema=False)


class Adopt(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: Annotated[int, Field(ge=1)]


@router.post("/snapshot")
async def snapshot(services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    """Copy the embedded index into a new folder in the data folder, whose path is the answer. Searches wait while it is copied."""
    place = services.settings.data_dir.absolute() / "snapshots" / new_id("snap")
    with services.in_use.taken() as pair:
        await copy_index(pair.index, place)
    return {"path": str(place)}


@router.post("/adopt")
async def adopt(body: Adopt, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    """Put the index to use that was built under this number in the data folder, where its embedder is named too: a request can name no
    other. 200 when it is in use, which may take as long as catching up does; 404 when nothing was built so."""
    found = await services.switching.adopt(body.number)
    return {"number": found.number, "embedder": found.embedder, "dimensions": found.dimensions}
