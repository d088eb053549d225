"""Any LlamaIndex reader as a source of Proviso: what it yields is uploaded to a running service, and only what is new.

python examples/llamaindex_reader.py letters/ http://127.0.0.1:8000
"""

from __future__ import annotations

import sys

from llama_index.core import SimpleDirectoryReader

from api.llamaindex.reading import add_from_reader
from api.llamaindex.service import DEFAULT_URL, Service


def main(folder: str, url: str = DEFAULT_URL) -> None:
    reader = SimpleDirectoryReader(folder, recursive=True)  # or a reader of mails, wikis, tickets, …
    for one in add_from_reader(reader, Service(url), "letters", wait_s=120):
        print(f"{one.outcome:<9}{one.status or '':<8}{one.filename}  {one.detail or ''}".rstrip())


if __name__ == "__main__":
    main(*sys.argv[1:])
