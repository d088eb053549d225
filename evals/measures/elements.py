"""Parsing by `unstructured` (evals): run by the Python of another environment, which has it. It imports nothing of Proviso.

    python -m venv elements && elements/bin/pip install 'unstructured[pdf]'

It takes PDFs as arguments, reads each with the strategy `fast` (no models), and prints one line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time


def main() -> int:
    """Entry point: reads the files it is given."""
    started = time.process_time()
    from unstructured.partition.pdf import partition_pdf  # type: ignore[import-not-found]  # noqa: PLC0415 (its load time is a result)

    load_cpu_s, paths = time.process_time() - started, sys.argv[1:]
    clock_s, cpu_s = time.perf_counter(), time.process_time()
    elements = chars = 0
    for path in paths:
        found = partition_pdf(path, strategy="fast", languages=["eng"])
        elements += len(found)
        chars += sum(len(element.text) for element in found)
    clock_s, cpu_s = time.perf_counter() - clock_s, time.process_time() - cpu_s
    print(
        json.dumps(
            {
                "files": len(paths),
                "elements": elements,
                "chars": chars,
                "load_cpu_s": round(load_cpu_s, 2),
                "seconds": round(clock_s, 2),
                "cpu_seconds": round(cpu_s, 2),
                "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
