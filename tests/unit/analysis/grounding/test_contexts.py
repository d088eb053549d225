"""How much of which documents is read: kept to those that a question names only where the whole scope cannot be read at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.context.layout import Prompt
from analysis.context.planner import AskMode, Limits
from analysis.context.tokens import Tokens
from analysis.grounding.contexts import Contexts, Decided, Wishes
from analysis.grounding.library import Library
from analysis.retrieval.naming import named
from analysis.retrieval.search import Naming, Results
from proviso.types.search import ResolvedScope
from records.store.folder import FolderStore
from records.texts import Texts
from tests.unit.analysis.builders import a_called, a_document, a_scope

CALLED = [a_called("visium", "party:visium"), a_called("bolt", "party:bolt")]
ABSENCE = "Does the Visium agreement include a liability cap?"
LIMITS = Limits(131_072, 32_000, 24_000)


@dataclass
class Names:
    """Tells which documents a question names; finds nothing."""

    asked: int = 0

    async def find(self, question: str, scope: ResolvedScope, limit: int) -> Results:
        return Results([])

    async def named(self, question: str, scope: ResolvedScope) -> Naming:
        self.asked += 1
        return Naming(tuple(named(question, CALLED)))


async def decided(
    folder: Path, names: Names, question: str, visium: int, bolt: int = 400_000, mode: AskMode = "auto"
) -> Decided:
    scope = a_scope(a_document("visium", tokens=visium), a_document("bolt", tokens=bolt), not_ready=("doc_new",))
    contexts = Contexts(Library(Texts(FolderStore(folder))), names, Tokens(), LIMITS)
    wishes = Wishes((question,), "medium", mode, may_map=True)
    return await contexts.decide(scope, Prompt("Answer.", question, "In the form given."), wishes)


@pytest.mark.parametrize(("visium", "mode"), [(40_000, "full"), (200_000, "map_reduce")])
async def test_the_named_document_is_read_whole_at_once_or_in_windows(tmp_path: Path, visium: int, mode: str) -> None:
    made = await decided(tmp_path, Names(), ABSENCE, visium)
    assert made.plan.mode == mode
    assert [document.document_id for document in made.scope.documents] == ["doc_visium"]
    assert made.scope.not_ready == ("doc_new",)
    assert [(each.document_id, each.reason) for each in made.routed_to] == [("doc_visium", "party")]
    assert "the question names 1 of 2 documents, and only they are read: “Agreement visium”" in made.plan.reason
    assert f"{visium:,} tokens" in made.plan.reason


@pytest.mark.parametrize(
    ("question", "bolt", "mode"),
    [
        (ABSENCE, 1_000, "auto"),
        (ABSENCE, 400_000, "map_reduce"),
        ("What does Visium pay?", 400_000, "auto"),
        ("Which agreements lack a cap like Visium's?", 400_000, "auto"),
        ("Is there any mention of Visium?", 400_000, "auto"),
    ],
)
async def test_everything_else_is_planned_for_the_whole_scope(
    tmp_path: Path, question: str, bolt: int, mode: AskMode
) -> None:
    made = await decided(tmp_path, Names(), question, 40_000, bolt, mode)
    assert len(made.scope.documents) == 2
    assert made.routed_to == ()
    assert "names" not in made.plan.reason


async def test_names_are_looked_up_only_where_they_can_matter(tmp_path: Path) -> None:
    names = Names()
    await decided(tmp_path, names, ABSENCE, 1_000, 1_000)
    await decided(tmp_path, names, "What does Visium pay?", 40_000)
    assert names.asked == 0
    await decided(tmp_path, names, ABSENCE, 40_000)
    assert names.asked == 1
