"""Bodies of search, context and ask (floor 5)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analysis.answering.effort import effort_for
from analysis.answering.question import Question
from api.schemas.scope import ScopeBody
from proviso.types.chat import Message


class SearchBody(ScopeBody):
    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
    limit: int = Field(default=10, ge=1, le=200)
    expand: Literal["none", "clause"] = "none"


class Turn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    content: str


class Budget(BaseModel):
    model_config = ConfigDict(extra="forbid")

    max_tokens: int | None = Field(default=None, ge=1)
    max_cost: float | None = Field(default=None, gt=0)


class AskBody(ScopeBody):
    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]
    mode: Literal["auto", "full", "retrieve", "map_reduce"] = "auto"
    effort: Literal["low", "medium", "high", "auto"] | None = None
    model: str | None = None
    max_output_tokens: int | None = Field(default=None, ge=16)
    evidence_tokens: int | None = Field(default=None, ge=500)
    budget: Budget | None = None
    history: list[Turn] = Field(default_factory=list, max_length=200)
    stream: bool = False
    background: bool = False
    include_reasoning: bool = False

    def to_question(self, workspace: str) -> Question:
        return Question(
            scope=self.scope(workspace),
            text=self.question,
            mode=self.mode,
            effort=effort_for(self.effort, self.question, self.mode) if self.effort else None,
            model=self.model,
            max_output_tokens=self.max_output_tokens,
            evidence_tokens=self.evidence_tokens,
            max_tokens=self.budget.max_tokens if self.budget else None,
            max_cost=self.budget.max_cost if self.budget else None,
            history=tuple(Message(turn.role, turn.content) for turn in self.history),
            include_reasoning=self.include_reasoning,
        )
