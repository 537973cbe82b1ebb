"""The fields of one document with where each was read, filled from the most trusted source down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dedupe.article import Stated
from dedupe.clean.bylines import is_agency, names
from dedupe.clean.dates import parse_date
from dedupe.clean.words import fold, squash

_LONGEST = 5000
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*://)?([^/?#:\s]+\.[^/?#:\s]+)", re.IGNORECASE)


@dataclass(slots=True)
class Fields:
    """What a document states about itself. The first source to state a field wins."""

    title: str | None = None
    authors: list[str] = field(default_factory=list)
    published_at: Stated = None
    modified_at: Stated = None
    url: str | None = None
    site: str | None = None
    language: str | None = None
    summary: str | None = None
    provenance: dict[str, str] = field(default_factory=dict)

    def state(self, name: str, value: object, source: str) -> bool:
        """Fill ``name`` unless something more trusted did; return whether it was filled now."""
        if not value or getattr(self, name):
            return False
        setattr(self, name, value)
        self.provenance[name] = source
        return True


def from_stated(stated: Mapping[str, Any]) -> Fields:
    """Return the fields that came beside the text, as a row of JSONL has them."""
    fields = Fields()
    for name in ("title", "site", "language", "summary"):
        value = stated.get(name)
        if isinstance(value, str):
            fields.state(name, squash(value)[:_LONGEST], "stated")
    for name in ("published_at", "modified_at"):
        fields.state(name, parse_date(stated.get(name)), "stated")
    authors = stated.get("authors")
    if isinstance(authors, str):
        fields.state("authors", names(authors) or [squash(authors)[:200]], "stated")
    elif isinstance(authors, list | tuple):
        listed = [squash(str(name))[:200] for name in authors if name and str(name).strip()]
        fields.state("authors", listed, "stated")
    return fields


def drop_brand(fields: Fields) -> None:
    """Take the site itself out of several authors that were found: "Ada Varnier, The Gazette".

    The only author may be a person that a site is named after. What was stated beside the text
    stands as it was stated.
    """
    if len(fields.authors) < 2 or fields.provenance.get("authors") == "stated":  # noqa: PLR2004
        return
    brands = {_compact(fields.site or "")}
    for address in (fields.site, fields.url):
        host = _HOST.match(address or "")
        brands.update(host[1].lower().split(".") if host else ())
    rest = [name for name in fields.authors if is_agency(name) or _compact(name) not in brands]
    fields.authors = rest or fields.authors


def _compact(name: str) -> str:
    return fold(name).replace(" ", "")
