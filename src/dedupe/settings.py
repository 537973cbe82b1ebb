"""One frozen ``Settings``; the same names on the command line, in the flow and in Python."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from dedupe.errors import SettingsError

POLICIES = ("complete", "version", "source", "first", "published", "id")
"""The criteria a canonical policy may list; ``dedupe.elect.policy`` says what each compares."""


FIELDS = (
    *("text", "html", "url", "title", "authors", "published_at", "modified_at"),
    *("site", "language", "summary"),
)
"""What a row may state; ``dedupe.acquire.fields`` says under which names."""
DECIDING = (
    *("threshold", "containment", "excerpts", "shingle", "permutations", "seed"),
    *("policy", "sources", "window_days", "site_rules"),
)
"""The settings on which clusters and canonicals depend."""

SITE_RULES = ("within", "across", "never")
"""What articles of a site are filed with; ``dedupe.elect.apart`` says what each means."""

FETCH = ("never", "named", "all")
"""What is fetched: nothing; what the user names, and what that lists; lists found in files too."""

CRON_FIELDS = 5

_SECRET = re.compile(r"(?<=[^/:]):[^/@\s]{1,500}@")
"""The password in an address: ``://user:password@host``."""


def _setting(
    default: Any,  # noqa: ANN401 - the field's own type is checked by mypy at the field
    about: str,
    low: float | None = None,
    high: float | None = None,
    *,
    served: bool = False,
    here: bool = False,
) -> Any:  # noqa: ANN401
    """A field with what people are told about it and, for a number, its bounds.

    One that is ``served`` matters to ``flows/serve.py`` alone, and is no option of a single run.
    One that is ``here`` says where things are for this machine: no snapshot records it.
    """
    return dataclasses.field(
        default=default,
        repr=not here,  # it may hold a password, and what is shown may be logged
        metadata={"help": about, "low": low, "high": high, "served": served, "here": here},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every knob of a run, validated when it is made; each field's metadata holds its help.

    Raises:
        SettingsError: a value is out of bounds; the message names the field and the bounds.
    """

    threshold: float = _setting(
        0.45, "Jaccard similarity of shingle sets from which two texts are near", 0.1, 1
    )
    containment: float = _setting(
        0.95, "share of one text's shingles found in the other from which it is contained", 0.1, 1
    )
    excerpts: bool = _setting(
        True,  # noqa: FBT003 - a default
        "file the edited beginning of an article under it, at a threshold of 0.5 at most",
    )
    shingle: int = _setting(3, "words in a shingle", 1, 10)
    permutations: int = _setting(128, "length of a MinHash signature", 16, 256)
    seed: int = _setting(1, "seed of the MinHash permutations, as in datasketch", 0, 2**32 - 1)
    policy: tuple[str, ...] = _setting(
        POLICIES, f"who becomes canonical: criteria by weight, of {', '.join(POLICIES)}"
    )
    sources: tuple[str, ...] = _setting(
        (), "sites in falling order of trust, for the criterion source"
    )
    window_days: int = _setting(
        0,
        "file together only what was published within so many days; 0 means all history",
        0,
        36_500,
    )
    site_rules: tuple[str, ...] = _setting(
        (),
        "sites that are kept apart: *=within, a.example=across, b.example=never; filed only "
        "within the site, only with other sites, or with none",
    )
    min_words: int = _setting(1, "a cleaned text with fewer words is rejected", 1, 10_000)
    max_bytes: int = _setting(
        20_000_000, "a document larger than this many bytes is rejected", 1, 2**31 - 1
    )
    fields: tuple[str, ...] = _setting(
        (), "names of the fields in your rows, over the usual ones: text=contenu,url=lien"
    )
    max_expanded: int = _setting(10**12, "one input may expand to this many bytes", 1, 2**62)
    max_ratio: int = _setting(
        500, "an input may expand so many times its size, once that is over max_bytes", 1, 10**9
    )
    max_members: int = _setting(
        200_000, "members that the archives in one input may have", 1, 10**9
    )
    max_depth: int = _setting(4, "archives and compressions that may lie in one another", 0, 32)
    max_spool: int = _setting(
        4_000_000_000,
        "bytes that may be unpacked to a temporary file, for forms that are not read in a row",
        1,
        2**62,
    )
    max_elements: int = _setting(
        250_000,
        "a page of more HTML tags, or a text of more lines, than this is rejected",
        1,
        2**31 - 1,
    )
    settle: float = _setting(
        0.0, "seconds for which a file in a folder must not have changed to be read", 0, 86_400
    )
    done: str = _setting(
        "", "folder to move inputs to when their snapshot is published; else they stay", here=True
    )
    keep_duplicate_text: bool = _setting(
        True,  # noqa: FBT003 - a default
        "keep the clean text of duplicates, so that clusters can be recomputed",
    )
    templates: bool = _setting(
        True,  # noqa: FBT003 - a default
        "learn the passages that a site repeats over its articles, and cut them",
    )
    workers: int = _setting(0, "processes that clean; 0 means one for each core", 0, 1024)
    wait: int = _setting(
        0, "seconds to wait for another run that holds the data folder; 0 ends at once", 0, 86_400
    )
    cache_dir: str = _setting(
        "", "folder for the local mirrors of data folders in object storage", here=True
    )
    lease: int = _setting(
        60, "seconds of silence after which a run in object storage counts as dead", 1, 3600
    )
    grace: int = _setting(
        3600,
        "seconds that a replaced snapshot in object storage is kept for its readers",
        0,
        31_536_000,
    )
    ledger: str = _setting(
        "", "database that says what is current and who writes, where no bucket should", here=True
    )
    fetch: str = _setting(
        "named",
        "what is fetched: never, named (addresses given as inputs, and the links of lists there), "
        "or all (links of lists in files too)",
    )
    fetch_limit: int = _setting(
        10_000, "links followed in a run; the others wait for the next", 0, 10_000_000
    )
    fetch_delay: float = _setting(
        1.0, "seconds between two requests to a host; its robots.txt may ask for more", 0, 3600
    )
    fetch_concurrency: int = _setting(8, "hosts that are asked at the same time", 1, 256)
    fetch_timeout: float = _setting(
        30.0, "seconds within which a server must answer, and go on with its body", 0.01, 3600
    )
    fetch_bytes: int = _setting(
        1_000_000_000,
        "a fetched file larger than this is rejected; a page, larger than max_bytes",
        1,
        2**40,
    )
    fetch_robots: bool = _setting(
        True,  # noqa: FBT003 - a default
        "obey robots.txt",
    )
    allow_hosts: tuple[str, ...] = _setting(
        (), "hosts, patterns or networks that may be fetched from though they are not public"
    )
    user_agent: str = _setting("", "what servers are told; by default dedupe-ingest/VERSION")
    contact: str = _setting("", "page or address at which publishers reach you, told with it")
    scheduler: str = _setting(
        "", "address of a Dask scheduler whose workers read and clean; else this machine does"
    )
    shard_bytes: int = _setting(4_000_000, "raw bytes in one unit of work", 1, 2**31 - 1)
    cron: str = _setting("*/15 * * * *", "when a served ingest is due: five fields", served=True)
    interval: int = _setting(
        0, "seconds between two served ingests; 0 goes by cron", 0, 31_536_000, served=True
    )

    def __post_init__(self) -> None:
        """Validate; a comma-separated text is taken for a tuple."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(field.default, tuple):
                names = split_names(value) if isinstance(value, str) else tuple(value)
                object.__setattr__(self, field.name, names)
            elif isinstance(field.default, bool):
                if not isinstance(value, bool):
                    raise SettingsError(f"{field.name}: {value!r} is neither true nor false")
            elif isinstance(field.default, str):
                _check_text(field.name, value)
            else:
                _between(field.name, value, field.metadata["low"], field.metadata["high"])
                if isinstance(field.default, int) and value != int(value):
                    raise SettingsError(f"{field.name}: {value!r} is not a whole number")
        _name_fields(self.fields)
        site_rules(self.site_rules)
        unknown = [name for name in self.policy if name not in POLICIES]
        if unknown or not self.policy:
            raise SettingsError(
                f"policy: {', '.join(unknown) or 'an empty list'} is not a criterion; "
                f"list some of {', '.join(POLICIES)}"
            )

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Settings from a mapping of field names; an unknown name is a ``SettingsError``."""
        names = {field.name for field in dataclasses.fields(cls)}
        for name in values:
            if name not in names:
                raise SettingsError(
                    f"{name}: no such setting; there are {', '.join(sorted(names))}"
                )
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """The fields with JSON-ready values, passwords left out."""
        return {
            name: list(value)
            if isinstance(value, tuple)
            else _SECRET.sub(":***@", value)
            if isinstance(value, str)
            else value
            for name, value in dataclasses.asdict(self).items()
        }

    def recorded(self) -> dict[str, Any]:
        """What a snapshot records: ``as_dict`` without what matters to one machine only."""
        here = {field.name for field in dataclasses.fields(self) if field.metadata["here"]}
        return {name: value for name, value in self.as_dict().items() if name not in here}


def split_names(text: str) -> tuple[str, ...]:
    """``"complete, first"`` to ``("complete", "first")``."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def site_rules(entries: tuple[str, ...]) -> dict[str, str]:
    """``("*=within", "A.example=never")`` to rules by site, in small letters.

    Raises:
        SettingsError: an entry is not a site and one of ``SITE_RULES``.
    """
    rules: dict[str, str] = {}
    for entry in entries:
        site, _, rule = (part.strip() for part in entry.rpartition("="))
        if not site or rule not in SITE_RULES:
            raise SettingsError(
                f"site_rules: {entry!r} is not site=rule with a rule of {', '.join(SITE_RULES)}"
            )
        rules[site.casefold()] = rule
    return rules


def _name_fields(entries: tuple[str, ...]) -> None:
    for entry in entries:
        field, _, name = (part.strip() for part in entry.partition("="))
        if field not in FIELDS or not name:
            raise SettingsError(
                f"fields: {entry!r} is not field=name with a field of {', '.join(FIELDS)}"
            )


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise SettingsError(f"{name}: {value!r} is no text")
    if not value.isprintable():
        raise SettingsError(f"{name}: {value!r} has characters that no line can hold")
    if name == "fetch" and value not in FETCH:
        raise SettingsError(f"fetch: {value!r} is none of {', '.join(FETCH)}")
    if name == "cron" and len(value.split()) != CRON_FIELDS:
        raise SettingsError(f"{name}: {value!r} has not five fields")


def _between(name: str, value: object, low: float, high: float) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # type: ignore[operator]
        raise SettingsError(f"{name}: {value!r} is not a number from {low:g} to {high:g}")
