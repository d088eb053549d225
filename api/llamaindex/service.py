"""A running Proviso as these adapters reach it (floor 5): an address, a key, and answers or the error that the service named.

Loads no LlamaIndex.
"""

from __future__ import annotations

import contextlib
import functools
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import httpx

from proviso import errors
from proviso.errors import DependencyError, Place, ProvisoError

DEFAULT_URL = "http://127.0.0.1:8000"
TIMEOUT_S = 60.0


class ServiceUnavailable(DependencyError):
    """No Proviso answers at this address."""

    code: ClassVar[str] = "service_unavailable"


@dataclass(frozen=True, slots=True)
class Service:
    """Where a service is, and the key (`pv_…`) to ask it with, if it wants one. Proxies of the environment are not used."""

    base_url: str = DEFAULT_URL
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = TIMEOUT_S

    def client(self) -> httpx.Client:
        return httpx.Client(**self._options())

    def async_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(**self._options())

    @contextlib.contextmanager
    def reaching(self) -> Iterator[None]:
        """Faults of the line inside become ServiceUnavailable."""
        try:
            yield
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise ServiceUnavailable(f"The service at {self.base_url} does not answer: {error}.") from error

    def answer(self, response: httpx.Response) -> dict[str, Any]:
        """The object of a good answer. Raises the error of `proviso.errors` whose code the service gave, or ServiceUnavailable."""
        try:
            data = response.json() if response.content else {}
        except ValueError:
            data = None
        if response.is_success and isinstance(data, dict):
            return data
        raise self._fault(response.status_code, data)

    def _fault(self, status: int, data: Any) -> ProvisoError:
        if not isinstance(data, dict) or "code" not in data:
            return ServiceUnavailable(f"{self.base_url} did not answer as Proviso does (status {status}).")
        kind = _by_code().get(str(data["code"]), ProvisoError)
        places = [Place(str(one.get("pointer", "")), str(one.get("detail", ""))) for one in data.get("errors") or ()]
        return kind(str(data.get("detail") or data["code"]), places=places)

    def _options(self) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        return {
            "base_url": self.base_url,
            "headers": headers,
            "timeout": self.timeout_s,
            "trust_env": False,
            "verify": _certificates(),
        }


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Read once: that takes longer than a search."""
    return httpx.create_ssl_context(trust_env=False)


@functools.cache
def _by_code() -> dict[str, type[ProvisoError]]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ProvisoError)]
    return {kind.code: kind for kind in kinds}
