"""Exact gpt-oss token counts without a network (floor 4): `o200k_harmony`, from the ranks that llama-index-core
ships.

`tiktoken.get_encoding` would download the ranks or want an environment variable; here the file is opened directly and
its hash checked. llama_index itself is not imported, only looked for. The home of tiktoken.
"""

from __future__ import annotations

import importlib.util
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from hashlib import blake2b, sha256
from pathlib import Path

import tiktoken
from tiktoken.load import load_tiktoken_bpe

from proviso.errors import InternalError
from proviso.types.chat import Message

RANKS = Path("core/_static/tiktoken_cache/fb374d419588a4632f3f557e76b4b70aebbca790")
RANKS_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"

CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
PATTERN = "|".join(
    [
        rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{CONTRACTION}",
        rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{CONTRACTION}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)

SYSTEM_TOKENS = 61
"""Harmony's own system message with a date; without one it is 50."""
MESSAGE_TOKENS = 4
ANSWER_TOKENS = 6
"""A past answer: two more, for its channel."""
REPLY_TOKENS = 2
INSTRUCTIONS_HEADING = "# Instructions\n\n"

PIECE_CHARS = 200_000
"""tiktoken's regex panics on a run of about a million blanks, so longer texts are counted in pieces of this size."""
PIECE_END = re.compile(r"\n(?=\S)")
"""No token reaches across such a place, so pieces cut there add up exactly."""

REMEMBERED_CHARS = 2_000
REMEMBERED_COUNTS = 2_048


class Tokens:
    """Counts texts and prompts as gpt-oss does. Loads at the first count (1 s); safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._encoding: tiktoken.Encoding | None = None
        self._counts: OrderedDict[bytes, int] = OrderedDict()

    def count(self, text: str) -> int:
        """Tokens of plain text; harmony markers in it are plain text too."""
        if len(text) < REMEMBERED_CHARS:
            return self._count(text)
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            known = self._counts.get(key)
        if known is None:
            known = self._count(text)
            with self._lock:
                self._counts[key] = known
                if len(self._counts) > REMEMBERED_COUNTS:
                    self._counts.popitem(last=False)
        return known

    def count_prompt(self, messages: Sequence[Message]) -> int:
        """Tokens of the rendered prompt: system message, instructions, turns, and the header of the reply."""
        return SYSTEM_TOKENS + REPLY_TOKENS + sum(self._message(message) for message in messages)

    def _message(self, message: Message) -> int:
        if message.role == "developer":
            return MESSAGE_TOKENS + self.count(INSTRUCTIONS_HEADING + message.content)
        fixed = ANSWER_TOKENS if message.role == "assistant" else MESSAGE_TOKENS
        return fixed + self.count(message.content)

    def _count(self, text: str) -> int:
        encoding = self._loaded()
        return sum(len(encoding.encode_ordinary(piece)) for piece in _pieces(text))

    def _loaded(self) -> tiktoken.Encoding:
        with self._lock:
            if self._encoding is None:
                self._encoding = _load()
            return self._encoding


def _load() -> tiktoken.Encoding:
    ranks = _ranks_file()
    # Given a local path, tiktoken checks the hash only of files it takes from its cache: so the check is ours as well.
    if sha256(ranks.read_bytes()).hexdigest() != RANKS_SHA256:
        raise InternalError(f"the token ranks at {ranks} are not the ones of gpt-oss; reinstall llama-index-core")
    return tiktoken.Encoding(
        "o200k_harmony", pat_str=PATTERN, mergeable_ranks=load_tiktoken_bpe(str(ranks)), special_tokens={}
    )


def _ranks_file() -> Path:
    """Where llama-index-core keeps the ranks."""
    spec = importlib.util.find_spec("llama_index")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / RANKS).is_file():
            return Path(folder) / RANKS
    raise InternalError("llama-index-core, which carries the token ranks of gpt-oss, is not installed")


def _pieces(text: str) -> Iterator[str]:
    """`text` in pieces that tiktoken can take, cut where no token reaches across if there is such a place."""
    start = 0
    while len(text) - start > PIECE_CHARS:
        end = start + PIECE_CHARS
        for match in PIECE_END.finditer(text, start + PIECE_CHARS // 2, end):
            end = match.end()
        yield text[start:end]
        start = end
    yield text[start:]
