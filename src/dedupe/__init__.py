"""Deduplicating ingestion of web and news articles.

``clean`` one document, ``compare`` two texts, ``ingest`` inputs into a data folder, ``open`` the
result, ``export`` it to other formats. Everything else is reached through the modules that these
live in.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

# Not lazy: the package of the same name would take its place at the first import of a submodule.
from dedupe.clean import clean
from dedupe.foreign import Harmless

if TYPE_CHECKING:
    from dedupe.article import Article, Relation, Removal, Verdict
    from dedupe.detect import compare
    from dedupe.downstream import Export
    from dedupe.errors import DedupeError, InputError, LockedError, SettingsError, StoreError
    from dedupe.pipeline import Result, ingest
    from dedupe.settings import Settings
    from dedupe.store import Store, export, open  # noqa: A004 - `dedupe.open` is the contract

logging.getLogger("dedupe").addFilter(Harmless())

__all__ = [
    "Article",
    "DedupeError",
    "Export",
    "InputError",
    "LockedError",
    "Relation",
    "Removal",
    "Result",
    "Settings",
    "SettingsError",
    "Store",
    "StoreError",
    "Verdict",
    "clean",
    "compare",
    "export",
    "ingest",
    "open",
]

_HOMES = {
    "Article": "article",
    "Relation": "article",
    "Removal": "article",
    "Verdict": "article",
    "compare": "detect",
    "DedupeError": "errors",
    "Export": "downstream",
    "InputError": "errors",
    "LockedError": "errors",
    "SettingsError": "errors",
    "StoreError": "errors",
    "Result": "pipeline",
    "ingest": "pipeline",
    "Settings": "settings",
    "Store": "store",
    "export": "store",
    "open": "store",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in _HOMES:
        raise AttributeError(f"module 'dedupe' has no attribute {name!r}")
    value = getattr(import_module(f"dedupe.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
