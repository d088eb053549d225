"""The composition root (floor 5): the only place that picks concrete classes. Everything opened here is closed in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.answering.answering import Answering
from analysis.answering.answering import Means as AnswerMeans
from analysis.context.planner import Limits
from analysis.context.tokens import Tokens
from analysis.extraction.asking import GroupAsking
from analysis.extraction.extraction import Extraction
from analysis.extraction.extraction import Means as ExtractionMeans
from analysis.grounding.contexts import Contexts
from analysis.grounding.library import Library
from analysis.grounding.passages import Passages
from analysis.retrieval.rerank import Reranking
from analysis.retrieval.rerank import passages as read_passages
from analysis.retrieval.rewriting import Rewriting
from analysis.retrieval.search import Search
from api.background import ANSWER, EXTRACT, INGEST, Background
from api.later import LaterAnswers
from api.modelling import follow_window, keep_books, open_model
from api.pairing import as_found, close_pair, open_pair
from api.removal import Removal
from api.reranking import open_reranker
from api.rewriting import open_rewriting
from api.searching import Searching
from api.switching import Switching
from ingest.embedding.choose import counter_of
from ingest.naming import Naming
from ingest.pipeline import Ingestion, Keeping, Reading
from ingest.reading.pool import Fit, ReaderPool
from ingest.reading.pool import Limits as ReaderLimits
from ingest.recognition import OcrSettings
from proviso.ports import BlobStore, Embedder
from proviso.settings import Settings
from records.catalog import generations, idempotency
from records.catalog.catalog import Catalog
from records.index.in_use import InUse, Pair
from records.jobs.durable import DurableJobs
from records.store.choose import open_store
from records.texts import Texts

if TYPE_CHECKING:
    from analysis.llm.client import GptOss


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a door needs, opened."""

    settings: Settings
    catalog: Catalog
    store: BlobStore
    texts: Texts
    switching: Switching
    readers: ReaderPool
    model: GptOss | None
    answering: Answering
    passages: Passages
    contexts: Contexts
    extraction: Extraction
    background: Background
    removal: Removal
    naming: Naming
    scratch: Path
    """For uploads in flight and copies that are read, of this process only; emptied at every start."""

    @property
    def in_use(self) -> InUse:
        """The index in use and its embedder."""
        return self.switching.in_use


@dataclass(frozen=True, slots=True)
class _Kept:
    """What lasts, opened."""

    catalog: Catalog
    store: BlobStore
    texts: Texts
    switching: Switching


@dataclass(frozen=True, slots=True)
class _Analysis:
    """What answers, put together."""

    answering: Answering
    extraction: Extraction
    passages: Passages
    contexts: Contexts


@contextlib.asynccontextmanager
async def open_services(settings: Settings, *, sweeps: bool = True) -> AsyncIterator[Services]:
    """Open everything the settings name, on the running event loop; reconcile after whatever came before; run jobs. `sweeps`: this is
    the process that takes uploads, and so the only one that may clear the store of what nothing names."""
    async with AsyncExitStack() as stack:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = await _open_kept(settings, stack)
        in_use = kept.switching.in_use
        scratch = _empty_folder(settings.data_dir / "scratch" / settings.executor_id)
        readers = _open_readers(settings, in_use.pair.embedder, stack)
        model, tokens = open_model(settings, stack), Tokens()
        keep_books(model, kept.catalog, tokens)
        rewriting = open_rewriting(settings, kept.catalog, tokens, model)
        grounded = _open_analysis(settings, kept, _open_search(settings, kept, rewriting, stack), tokens, model)
        background: Background
        ingestion = Ingestion(
            Keeping(kept.catalog, kept.store, kept.texts, in_use, scratch),
            Reading(readers, _ocr(settings), tokens.count),
            on_settled=lambda document_id: background.document_settled(document_id),  # noqa: PLW0108 (bound later)
        )
        jobs = DurableJobs(
            _jobs_url(settings),
            asyncio.get_running_loop(),
            settings.executor_id,
            on_error=lambda queue, subject, error: background.job_failed(queue, subject, error),  # noqa: PLW0108 (bound later)
        )
        limits = _limits(settings)
        await follow_window(model, lambda tokens: grounded.contexts.adopt(replace(limits, context_tokens=tokens)))
        later = LaterAnswers(kept.catalog, grounded.answering, settings.llm_patience_s)
        background = Background(kept.catalog, jobs, ingestion, grounded.extraction, later)
        # More than there are readers: files are read while others are embedded, and while the queue has not looked for the next.
        jobs.queue(INGEST, ingestion.script, settings.ingest_concurrency + 2)
        jobs.queue(EXTRACT, grounded.extraction.script, settings.llm_concurrency)
        jobs.queue(ANSWER, later.script, settings.llm_concurrency)
        removal = Removal(kept.catalog, kept.store, kept.texts, in_use, background.document_settled)
        await asyncio.to_thread(jobs.start)
        stack.push_async_callback(asyncio.to_thread, jobs.stop)
        await _catch_up(settings, kept, background, removal, sweeps=sweeps)
        stack.callback(asyncio.create_task(background.housekeep()).cancel)
        if settings.qdrant_url is not None:
            stack.callback(asyncio.create_task(kept.switching.keep_up()).cancel)
        if sweeps:
            stack.callback(asyncio.create_task(removal.keep_up()).cancel)
        yield Services(
            settings=settings,
            catalog=kept.catalog,
            store=kept.store,
            texts=kept.texts,
            switching=kept.switching,
            readers=readers,
            model=model,
            answering=grounded.answering,
            passages=grounded.passages,
            contexts=grounded.contexts,
            extraction=grounded.extraction,
            background=background,
            removal=removal,
            naming=ingestion.naming,
            scratch=scratch,
        )


async def _catch_up(settings: Settings, kept: _Kept, background: Background, removal: Removal, *, sweeps: bool) -> None:
    """Settle what an earlier process left half done."""
    if sweeps:
        await removal.finish_all()
        if settings.store_url is None:  # a shared store may hold another deployment's texts
            await removal.clear_texts()
    await kept.catalog.write(idempotency.release, settings.executor_id)
    with kept.switching.in_use.taken() as pair:
        await background.reconcile(pair.index)


def _open_analysis(
    settings: Settings, kept: _Kept, search: Searching, tokens: Tokens, model: GptOss | None
) -> _Analysis:
    library = Library(kept.texts)
    contexts = Contexts(library, search, tokens, _limits(settings))
    passages = Passages(library, search)
    asking = GroupAsking(contexts, tokens, model) if model else None
    return _Analysis(
        answering=Answering(AnswerMeans(kept.catalog, library, contexts, passages, tokens, model)),
        extraction=Extraction(
            ExtractionMeans(kept.catalog, library, contexts, passages, asking, settings.llm_patience_s)
        ),
        passages=passages,
        contexts=contexts,
    )


def _open_search(settings: Settings, kept: _Kept, rewriting: Rewriting, stack: AsyncExitStack) -> Searching:
    reranker = open_reranker(settings)
    if reranker is not None:
        stack.push_async_callback(reranker.close)
    words = functools.partial(read_passages, kept.texts)
    reranking = Reranking(reranker, words, settings.rerank_candidates)

    def search_in(pair: Pair) -> Search:
        return Search(pair.index, pair.embedder, reranking=reranking, rewriting=rewriting)

    return Searching(kept.switching.in_use, search_in)


async def _open_kept(settings: Settings, stack: AsyncExitStack) -> _Kept:
    """The index before anything that writes: its lock is what keeps a second service off the data folder."""
    found = await asyncio.to_thread(generations.peek, settings.catalog_url)
    async with AsyncExitStack() as opening:
        pair = await open_pair(settings, found)
        opening.push_async_callback(close_pair, pair)
        catalog, store = await open_records(settings, stack)
        if found is None:
            await catalog.write(generations.claim, as_found(settings, pair))
        texts = Texts(store)
        switching = Switching(settings, catalog, texts, pair)
        opening.pop_all()
    stack.push_async_callback(switching.close)
    return _Kept(catalog, store, texts, switching)


async def open_records(settings: Settings, stack: AsyncExitStack) -> tuple[Catalog, BlobStore]:
    """Catalog and store, the first closed with the stack. Only for who holds the index: opening brings the catalog's schema up to date."""
    catalog = await asyncio.to_thread(Catalog.open, settings.catalog_url)
    stack.callback(catalog.close)
    return catalog, open_store(settings.store_url, settings.data_dir / "store")


def _open_readers(settings: Settings, embedder: Embedder, stack: AsyncExitStack) -> ReaderPool:
    limits = ReaderLimits(
        settings.parser_memory_mb, settings.parser_cpu_s, settings.parser_wall_s, settings.parser_output_mb
    )
    readers = ReaderPool(settings.ingest_concurrency, limits, Fit(counter_of(settings.embedder), embedder.max_tokens))
    stack.push_async_callback(readers.close)
    return readers


def _ocr(settings: Settings) -> OcrSettings:
    return OcrSettings(settings.ocr, settings.ocr_languages, settings.ocr_max_pages)


def _limits(settings: Settings) -> Limits:
    return Limits(settings.llm_context_tokens, settings.full_tokens, settings.evidence_tokens, settings.map_tokens)


def _jobs_url(settings: Settings) -> str:
    """Jobs have a database file of their own beside the catalog, so that neither waits for the other's write lock."""
    return settings.database_url or f"sqlite:///{settings.data_dir.absolute() / 'jobs.sqlite'}"


def _empty_folder(folder: Path) -> Path:
    """Emptied only once the index lock is held: a refused second start must not touch it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
