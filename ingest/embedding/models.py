"""What embedding models want, by name (floor 4, data): the words before a question and a passage, how much they read, which languages.

Asymmetric models were trained with a word or a sentence before each text and find worse without it; the names come spelled as servers
spell them (organisation, tag, quantisation), so a model is recognised by a part of its name. A model that is not here gets no prefix,
512 tokens and no judgement of its languages. All are compared by cosine, and whatever an engine returns is brought to unit length.

Sources are the model cards on Hugging Face, read 2026-11 (some as copies on other sites), and the descriptions that fastembed 0.9.1
carries (`TextEmbedding.list_supported_models`). Cards: intfloat/multilingual-e5-small, multilingual-e5-large-instruct and e5-base-v2;
BAAI/bge-base-en-v1.5, bge-large-zh-v1.5 and bge-m3; Snowflake/snowflake-arctic-embed-m, -m-v2.0 and -l-v2.0;
nomic-ai/nomic-embed-text-v1.5 and -v2-moe; mixedbread-ai/mxbai-embed-large-v1; Qwen/Qwen3-Embedding-0.6B; google/embeddinggemma-300m;
Alibaba-NLP/gte-base-en-v1.5 and gte-multilingual-base. fastembed's: arctic-embed-m-long, thenlper/gte-base, jina-embeddings-v2,
all-MiniLM-L6-v2 and paraphrase-multilingual-MiniLM-L12-v2. The figures of text-embedding-3 are OpenAI's, as others quote them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

MAX_TOKENS = 512
"""Of a model that is not known; BERT and its kin read no more."""

ENGLISH = frozenset({"en"})
CHINESE = frozenset({"zh"})
_SEARCH = "Represent this sentence for searching relevant passages: "
_TASK = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"


@dataclass(frozen=True, slots=True)
class Profile:
    """What one family of models wants. `query` and `passage` stand before the text, blanks included, and count towards `max_tokens`."""

    query: str = ""
    passage: str = ""
    max_tokens: int = MAX_TOKENS
    dimensions: int | None = None
    """Of the whole vector, where all models of the row agree."""
    languages: frozenset[str] | None = None
    """ISO 639-1; None: many, or unknown."""

    @property
    def scheme(self) -> str:
        """A part of the embedder's name: another one for other prefixes, empty without any."""
        if not (self.query or self.passage):
            return ""
        return "+" + blake2b(f"{self.query}\0{self.passage}".encode(), digest_size=3).hexdigest()

    def room(self, count_tokens: Callable[[str], int]) -> Room:
        """What the prefixes leave to the texts."""
        return Room(
            self.max_tokens - (count_tokens(self.passage) if self.passage else 0),
            self.max_tokens - (count_tokens(self.query) if self.query else 0),
        )


@dataclass(frozen=True, slots=True)
class Room:
    """Tokens that are left to a passage and to a question."""

    passage: int
    query: int


UNKNOWN = Profile()

_E5 = ("query: ", "passage: ")
_NOMIC = ("search_query: ", "search_document: ")
_ROWS: tuple[tuple[str, Profile], ...] = (
    # Part of the name as `_squeezed` gives it; the first row that fits wins, so the narrower stand above the wider.
    ("multilingual-e5-large-instruct", Profile(f"{_TASK} ", "", 512, 1024)),
    ("multilingual-e5-small", Profile(*_E5, 512, 384)),
    ("multilingual-e5-base", Profile(*_E5, 512, 768)),
    ("multilingual-e5-large", Profile(*_E5, 512, 1024)),
    ("e5-small(-v2)?", Profile(*_E5, 512, 384, ENGLISH)),
    ("e5-base(-v2)?", Profile(*_E5, 512, 768, ENGLISH)),
    ("e5-large(-v2)?", Profile(*_E5, 512, 1024, ENGLISH)),
    ("bge-m3", Profile(max_tokens=8192, dimensions=1024)),
    ("bge-(small|base|large)-zh", Profile("为这个句子生成表示以用于检索相关文章：", "", 512, None, CHINESE)),
    ("bge-small(-en)?", Profile(_SEARCH, "", 512, 384, ENGLISH)),
    ("bge-base(-en)?", Profile(_SEARCH, "", 512, 768, ENGLISH)),
    ("bge-large(-en)?", Profile(_SEARCH, "", 512, 1024, ENGLISH)),
    ("arctic-embed-m-v2", Profile("query: ", "", 8192, 768)),
    ("arctic-embed-l-v2|arctic-embed2", Profile("query: ", "", 8192, 1024)),
    ("arctic-embed-m-long", Profile(_SEARCH, "", 2048, 768, ENGLISH)),
    ("arctic-embed", Profile(_SEARCH, "", 512, None, ENGLISH)),
    ("nomic-embed-text-v2(-moe)?", Profile(*_NOMIC, 512, 768)),
    # The card says 8,192 with scaled positions, which not every server turns on; without, it was trained to 2,048.
    ("nomic-embed-text", Profile(*_NOMIC, 2048, 768, ENGLISH)),
    ("mxbai-embed-large|mxbai-embed-2d-large", Profile(_SEARCH, "", 512, 1024, ENGLISH)),
    ("qwen3-embedding-0-6b", Profile(_TASK, "", 32_768, 1024)),
    ("qwen3-embedding-4b", Profile(_TASK, "", 32_768, 2560)),
    ("qwen3-embedding-8b", Profile(_TASK, "", 32_768, 4096)),
    ("qwen3-embedding", Profile(_TASK, "", 32_768)),
    ("embeddinggemma", Profile("task: search result | query: ", "title: none | text: ", 2048, 768)),
    ("gte-multilingual-base", Profile(max_tokens=8192, dimensions=768)),
    ("gte-base-en-v1-5", Profile(max_tokens=8192, dimensions=768, languages=ENGLISH)),
    ("gte-large-en-v1-5", Profile(max_tokens=8192, dimensions=1024, languages=ENGLISH)),
    ("gte-(small|base|large)-zh", Profile(languages=CHINESE)),
    ("gte-(small|base|large)", Profile(languages=ENGLISH)),
    ("jina-embeddings-v2-(small|base)-en", Profile(max_tokens=8192, languages=ENGLISH)),
    ("jina-embeddings-v2-base-de", Profile(max_tokens=8192, dimensions=768, languages=ENGLISH | {"de"})),
    ("jina-embeddings-v2-base-es", Profile(max_tokens=8192, dimensions=768, languages=ENGLISH | {"es"})),
    ("jina-embeddings-v2-base-zh", Profile(max_tokens=8192, dimensions=768, languages=ENGLISH | CHINESE)),
    ("paraphrase-multilingual-minilm-l12", Profile(max_tokens=128, dimensions=384)),
    ("paraphrase-multilingual", Profile(max_tokens=128)),
    ("all-minilm", Profile(max_tokens=256, dimensions=384, languages=ENGLISH)),
    ("text-embedding-3-small|text-embedding-ada-002", Profile(max_tokens=8191, dimensions=1536)),
    ("text-embedding-3-large", Profile(max_tokens=8191, dimensions=3072)),
)
_PATTERNS = tuple((re.compile(rf"(?<![a-z0-9])(?:{part})(?![a-z0-9])"), profile) for part, profile in _ROWS)


def profile_of(model: str) -> Profile:
    """What the model of this name wants: `BAAI/bge-m3`, `bge-m3:latest` and `gpustack/bge-m3-GGUF:Q8_0` are one."""
    name = _squeezed(model)
    return next((profile for pattern, profile in _PATTERNS if pattern.search(name)), UNKNOWN)


def _squeezed(model: str) -> str:
    """The last part of a path, in small letters, with one kind of hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", model.rsplit("/", 1)[-1].lower())
