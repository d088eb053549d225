"""`make demo` (floor 5): the main job on the bundled contracts, printed for a person: upload → ask → batch extraction → table.

It runs the real service on a data folder of its own, which is removed afterwards. Without a model it shows passages and candidates
and says so; nothing here is scripted.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from api.cli.asking import ask
from api.cli.connection import embedded, read_settings
from api.cli.extracting import extract
from api.cli.faults import CliError
from api.cli.library import add
from api.cli.progress import say

QUESTIONS = (
    "Which state's law governs the endorsement agreement?",
    "On what notice may the web site hosting agreement be terminated without cause?",
)
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
RULE = "─" * 100


def run() -> None:
    """The whole demonstration."""
    say("Proviso demo: real contracts from CUAD (The Atticus Project, CC BY 4.0), see samples/README.md")
    with tempfile.TemporaryDirectory(prefix="proviso-demo-") as folder:
        settings = read_settings().model_copy(update={"data_dir": Path(folder)})
        say(f"model: {settings.model_base_url or 'none configured → passages and candidates instead of answers'}")
        with embedded(settings) as url:
            _upload(url)
            for question in QUESTIONS:
                _heading(f"Ask: {question}")
                ask(question, url=url)
            _heading("Extract: template contract-key-terms over all contracts")
            _extract(url, settings.model_base_url is not None)
    say("\nThat was the whole main job, on a data folder that is now gone. Start your own with: make run")


def _upload(url: str) -> None:
    _heading(f"Upload: {SAMPLES.name}/")
    add([path for path in sorted(SAMPLES.iterdir()) if path.name != "README.md"], url=url)


def _extract(url: str, has_model: bool) -> None:
    if not has_model:
        say(
            "No model is configured: each field shows the passage that fits it best, as a candidate, and claims no value."
        )
    extract(name="demo", url=url)


def _heading(text: str) -> None:
    say(f"\n{RULE}\n{text}\n{RULE}")


def main() -> None:
    """Entry point of `python -m api.demo`."""
    try:
        run()
    except CliError as error:
        sys.stderr.write(f"proviso: {error}\n")
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
