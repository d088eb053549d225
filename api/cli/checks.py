"""What `doctor` checks (floor 5): one finding in a sentence each."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from api.cli.connection import Api, connect
from api.cli.faults import CliError


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str


def run_checks(url: str | None) -> list[Check]:
    """Python, then everything the service says of itself."""
    checks = [Check("python", sys.version_info >= (3, 11), f"{platform.python_version()} ({platform.machine()})")]
    try:
        with connect(url) as api:
            checks += _service_checks(api)
    except CliError as error:
        checks.append(Check("service", False, str(error)))
    return checks


def _service_checks(api: Api) -> list[Check]:
    ready = api.client.get("/readyz").json()
    info = api.get("/v1/info")
    checks = [Check("service", True, f"Proviso {info['version']} at {api.client.base_url}")]
    for name, state in ready["dependencies"].items():
        if name == "llm":
            checks.append(_model_check(state, info["llm"]))
            checks += _examined(api, info["llm"], state)
        elif name == "index" and state == "ok":
            kept = info["index"]
            checks.append(Check(name, True, f"{kept['kind']}, {kept['points']:,} chunks"))
        else:
            checks.append(Check(name, state == "ok", state))
    checks.append(_ocr_check(info["ocr"], info.get("ocr_languages", [])))
    embedder = info["embedder"]
    checks.append(Check("embedder", True, f"{embedder['name']}, {embedder['dimensions']} dimensions"))
    return checks


def _examined(api: Api, llm: dict[str, object] | None, state: str) -> list[Check]:
    """What a few short calls show of the model; nothing where it does not answer at all."""
    if llm is None or state.startswith("llm_unavailable"):
        return []
    return [Check(found["check"], found["ok"], found["detail"]) for found in api.post("/v1/doctor")["items"]]


def _ocr_check(program: str | None, languages: list[str]) -> Check:
    if program is None:
        without = "none: scanned pages stay unread and are named so (install Tesseract; PROVISO_OCR)"
        return Check("ocr", True, without)
    return Check("ocr", True, f"{program}, languages {', '.join(languages)} (PROVISO_OCR_LANGUAGES)")


def _model_check(state: str, llm: dict[str, object] | None) -> Check:
    if llm is None:
        return Check(
            "model",
            True,
            "none configured: questions give passages, extractions give candidates (PROVISO_LLM_BASE_URL)",
        )
    return Check("model", state == "ok", f"{llm['default']} at {llm['host']}: {state}")
