"""Whether the embedder speaks a document's language (floor 4, pure): a warning where it does not.

Vectors of a model that never saw a language are of little use; the words of a text are still found by the words of a question.
"""

from __future__ import annotations

from proviso.ports import Embedder
from proviso.types.documents import DocumentWarning

NOT_EMBEDDED = "language_not_embedded"


def language_warnings(embedder: Embedder, language: str | None) -> tuple[DocumentWarning, ...]:
    """One warning for a document in a language (ISO 639-1) that the embedder is known not to speak; None is an unknown one."""
    if language is None or embedder.languages is None or language in embedder.languages:
        return ()
    spoken = ", ".join(sorted(embedder.languages))
    return (
        DocumentWarning(
            NOT_EMBEDDED,
            f"The document is in the language {language!r}, and the embedder {embedder.name} speaks only {spoken}: it is found by its "
            "words, not by its meaning. For other languages set PROVISO_EMBEDDER to a multilingual model, such as "
            "multilingual-e5-small or bge-m3, and index again (docs/embedders.md).",
        ),
    )
