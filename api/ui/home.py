"""The page at `/` (floor 5): what this is, whether a model is connected, and where to go next."""

from __future__ import annotations

from html import escape

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Proviso</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1rem; color: #1b1f24; }}
  h1 {{ font-weight: 600; }} code {{ background: #f2f4f7; padding: .1em .3em; border-radius: 4px; }}
  .state {{ border-left: 4px solid {colour}; padding-left: 1rem; }}
</style>
<h1>Proviso {version}</h1>
<p>Questions and extraction over contracts and technical specifications, with every quote located in its source.</p>
<p class="state">{state}</p>
<ul>
  <li><a href="/docs">The HTTP API, to read and try</a> (<a href="/openapi.json">OpenAPI</a>)</li>
  <li><a href="/v1/documents">Documents</a> · <a href="/v1/extractions">Extractions</a> · <a href="/v1/info">This service</a></li>
  <li><a href="/readyz">Is everything up?</a> · <a href="/metrics">Metrics</a></li>
</ul>
</html>
"""
WITH_MODEL = "A model is configured: questions are answered with evidence."
WITHOUT_MODEL = (
    "No model is configured: questions return the best passages and extractions return candidate clauses. "
    "Set PROVISO_LLM_BASE_URL (or TOGETHER_API_KEY) and start again to get answers."
)


def home_page(version: str, has_model: bool) -> str:
    """The whole page as HTML."""
    state = WITH_MODEL if has_model else WITHOUT_MODEL
    return PAGE.format(version=escape(version), state=escape(state), colour="#2e7d32" if has_model else "#b7791f")
