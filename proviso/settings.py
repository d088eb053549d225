"""The one settings object (floor 0): frozen, read once from `PROVISO_*` variables and `.env`; nobody else reads the environment."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from proviso.types.prices import Price

TOGETHER_BASE_URL = "https://api.together.xyz/v1"


class Settings(BaseSettings):
    """Every setting of Proviso; `.env.example` documents each. An empty environment means: embedded everything, no model."""

    model_config = SettingsConfigDict(
        env_prefix="PROVISO_",
        env_file=".env",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ("localhost", "127.0.0.1", "[::1]", "::1")
    log_level: str = "INFO"

    data_dir: Path = Path("proviso-data")
    database_url: str | None = None
    qdrant_url: str | None = None
    qdrant_api_key: SecretStr | None = None
    qdrant_shards: int | None = Field(default=None, ge=1)
    qdrant_replicas: int = Field(default=1, ge=1)
    qdrant_quantization: Literal["none", "int8"] = "none"
    store_url: str | None = None
    executor_id: str = "local"

    embedder: str = "local"
    embedder_api_key: SecretStr | None = None
    embedder_cache: Path | None = None
    embedder_threads: int = Field(default=2, ge=1)
    ingest_concurrency: int = Field(default=2, ge=1)
    parser_memory_mb: int = Field(default=2048, ge=256)
    parser_cpu_s: int = Field(default=120, ge=1)
    parser_wall_s: int = Field(default=180, ge=1)
    parser_output_mb: int = Field(default=512, ge=1)
    ocr: bool = True
    ocr_languages: str = Field(default="eng", pattern=r"[A-Za-z0-9_]+(\+[A-Za-z0-9_]+)*")
    ocr_max_pages: int = Field(default=500, ge=0)
    max_file_mb: int = Field(default=200, ge=1)
    max_files_per_upload: int = Field(default=1000, ge=1)

    llm_base_url: str | None = None
    llm_api_key: SecretStr | None = None
    llm_model: str = "openai/gpt-oss-120b"
    llm_context_tokens: int = Field(default=131_072, ge=4096)
    llm_timeout_s: float = Field(default=600.0, gt=0)
    llm_first_token_s: float | None = Field(default=None, gt=0)
    llm_profile: Literal[
        "auto", "together", "vllm", "ollama", "ollama-cloud", "llamacpp", "lmstudio", "groq", "openrouter", "generic"
    ] = "auto"
    llm_prices: dict[str, Price] = Field(default_factory=dict)
    llm_concurrency: int = Field(default=4, ge=1)
    llm_patience_s: float = Field(default=900.0, ge=0)
    together_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("TOGETHER_API_KEY", "PROVISO_TOGETHER_API_KEY", "together_api_key")
    )

    reranker: str = "none"
    rerank_api_key: SecretStr | None = None
    rerank_candidates: int = Field(default=50, ge=1, le=1000)
    rerank_timeout_s: float = Field(default=10.0, gt=0)

    rewrite: bool = False
    rewrite_timeout_s: float = Field(default=10.0, gt=0)

    full_tokens: int = Field(default=32_000, ge=0)
    evidence_tokens: int = Field(default=24_000, ge=500)
    map_tokens: int = Field(default=2_000_000, ge=1_000)

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(part.strip().lower() for part in value.split(",") if part.strip())

    @field_validator("llm_prices", mode="before")
    @classmethod
    def _known_names(cls, value: Any) -> Any:
        """A misspelt name of a price is refused, not ignored."""
        for model, price in value.items() if isinstance(value, dict) else ():
            unknown = set(price) - {"prompt", "answer", "cached"} if isinstance(price, dict) else set()
            if unknown:
                raise ValueError(
                    f"the price of {model} has prompt, answer and cached, not {', '.join(sorted(unknown))}"
                )
        return value

    @field_validator("llm_prices")
    @classmethod
    def _real_prices(cls, value: dict[str, Price]) -> dict[str, Price]:
        for model, price in value.items():
            if not all(math.isfinite(each) and each >= 0 for each in (price.prompt, price.answer, price.cached or 0.0)):
                raise ValueError(f"the price of {model} is 0 or more for a million tokens")
        return value

    @property
    def model_base_url(self) -> str | None:
        """Where gpt-oss is asked: the configured server, else Together when only its key is set, else nowhere."""
        return self.llm_base_url or (TOGETHER_BASE_URL if self.together_api_key else None)

    @property
    def model_api_key(self) -> str | None:
        key = self.llm_api_key if self.llm_base_url else self.together_api_key
        return key.get_secret_value() if key else None

    @property
    def model_cache(self) -> Path:
        """Where fastembed's models lie: the configured folder, else one in the data folder."""
        return self.embedder_cache or self.data_dir / "models"

    @property
    def catalog_url(self) -> str:
        """SQLAlchemy URL of the catalog: the configured one, else SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'catalog.sqlite'}"
