"""A scripted model whose tokens say when they were sent (evals): `python -m evals.measures.stamping TOKENS PAUSE_S`.

It is the scripted gpt-oss server of the tests, as a process of its own. Each word of an answer is the time at which it goes out, in
nanoseconds of the system's monotonic clock, which all processes share. It prints its address and ends when its input does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from tests.instruments.gptoss import GptOss
from tests.instruments.gptoss.replies import Fault, Reply

QUOTE = "This Agreement is governed by the laws of the State of Delaware."
BEGINNING = f'<outcome>answered</outcome>\n<quote n="1" doc="D1">{QUOTE}</quote>\n<answer>'
END = "Delaware governs [1].</answer>"


class Stamps(list[str]):
    """The pieces of a reply, made while they are sent."""

    def __init__(self, tokens: int) -> None:
        super().__init__()
        self._tokens = tokens

    def __iter__(self) -> Iterator[str]:
        yield BEGINNING
        for _ in range(self._tokens):
            yield f"{time.monotonic_ns()} "
        yield END


def stamped(tokens: int) -> Reply:
    """A reply that streams `tokens` stamps, however many the request allows; its own text only serves to count tokens."""

    class Stamped(Reply):
        def text_pieces(self) -> list[str]:
            return Stamps(tokens)

    return Stamped(text=BEGINNING + END, clip=False)


def main(arguments: list[str]) -> None:
    """Serves until the input ends."""
    tokens, pause_s = int(arguments[0]), float(arguments[1])
    with GptOss("vllm") as server:
        server.always(stamped(tokens))
        server.fault(Fault(between_chunks_s=pause_s), times=100_000)
        print(server.base_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
