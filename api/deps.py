"""What a route may ask for (floor 5): the services, the workspace, and a page of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from api.access import workspace_of
from api.wiring import Services


@dataclass(frozen=True, slots=True)
class ListPage:
    limit: int
    cursor: str | None


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def workspace(request: Request, services: Annotated[Services, Depends(services_of)]) -> str:
    return workspace_of(request, services.settings.allowed_hosts)


def list_page(
    limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor: Annotated[str | None, Query(max_length=500)] = None
) -> ListPage:
    return ListPage(limit, cursor)


ServicesDep = Annotated[Services, Depends(services_of)]
WorkspaceDep = Annotated[str, Depends(workspace)]
PageDep = Annotated[ListPage, Depends(list_page)]
