"""Errors as `application/problem+json` (floor 5, RFC 9457): one table from error class to HTTP status, one handler for each source."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from proviso import errors
from proviso.errors import Place, ProvisoError
from proviso.wire import to_line

STATUS: dict[type[ProvisoError], int] = {
    errors.InvalidRequest: 422,
    errors.InvalidSchema: 422,
    errors.SpanOutOfRange: 422,
    errors.ScopeTooLarge: 422,
    errors.BudgetReached: 422,
    errors.NotFound: 404,
    errors.NoPageImage: 404,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.Conflict: 409,
    errors.DocumentNotReady: 409,
    errors.IdempotencyMismatch: 422,
    errors.IdempotencyInProgress: 409,
    errors.UnsupportedFormat: 415,
    errors.EmptyFile: 422,
    errors.FileTooLarge: 413,
    errors.PasswordRequired: 422,
    errors.WrongPassword: 422,
    errors.BrokenFile: 422,
    errors.ParserLimit: 422,
    errors.ParserCrashed: 422,
    errors.IndexUnavailable: 503,
    errors.CatalogUnavailable: 503,
    errors.StoreUnavailable: 503,
    errors.EmbedderUnavailable: 503,
    errors.RerankUnavailable: 503,
    errors.Locked: 503,
    errors.LlmError: 502,
    errors.LlmUnavailable: 503,
    errors.LlmTimeout: 504,
    errors.ContextOverflow: 422,
    errors.PromptTruncated: 502,
    errors.InternalError: 500,
}
HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 400: "invalid_request", 413: "file_too_large"}
UNEXPECTED = "Something went wrong on our side; the server's log has the details."
log = logging.getLogger(__name__)


def problem(status: int, code: str, detail: str, places: Sequence[Place] = ()) -> dict[str, Any]:
    """The problem object itself; also what an SSE `error` event carries."""
    body: dict[str, Any] = {
        "type": f"urn:proviso:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if places:
        body["errors"] = [{"pointer": place.pointer, "detail": place.detail} for place in places]
    return body


def problem_of(error: ProvisoError) -> dict[str, Any]:
    return problem(STATUS.get(type(error), 500), error.code, error.detail, error.places)


def install_problems(app: FastAPI) -> None:
    """Every error of every route leaves as a problem object."""
    app.add_exception_handler(ProvisoError, _on_proviso_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(500, _on_unexpected)


class ProblemResponse(JSONResponse):
    """A problem object. What it quotes comes from strangers, and may hold what UTF-8 cannot."""

    media_type = "application/problem+json"

    def render(self, content: Any) -> bytes:
        return to_line(content)


def response(body: dict[str, Any], headers: dict[str, str] | None = None) -> JSONResponse:
    return ProblemResponse(body, body["status"], headers)


async def _on_proviso_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProvisoError)
    headers = {"Retry-After": str(max(1, round(error.retry_after_s)))} if error.retry_after_s is not None else {}
    if STATUS.get(type(error), 500) == 503 and not headers:
        headers = {"Retry-After": "5"}
    if isinstance(error, errors.Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    return response(problem_of(error), headers)


async def _on_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    places = [Place(_pointer(fault), fault["msg"]) for fault in error.errors()]
    first = f": {places[0].pointer or 'body'}: {places[0].detail}" if places else ""
    return response(problem(422, "invalid_request", f"The request does not fit{first}", places))


async def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTP_CODES.get(error.status_code, "invalid_request")
    return response(problem(error.status_code, code, str(error.detail)), dict(error.headers or {}))


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected fault in %s %s", request.method, request.url.path, exc_info=error)
    return response(
        problem(500, "internal_error", "Something went wrong on our side; the server's log has the details.")
    )


def _pointer(fault: Mapping[str, Any]) -> str:
    """Where in the body (or as `/query/limit`, `/header/…`) the fault is; a body that is no JSON has no places inside."""
    parts = [str(part) for part in fault["loc"]]
    if parts[:1] == ["body"]:
        parts = [] if fault["type"] == "json_invalid" else parts[1:]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
