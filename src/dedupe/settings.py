"""One frozen ``Settings``; the same names on the command line, in the flow and in Python."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from dedupe.errors import SettingsError

POLICIES = ("complete", "version", "source", "first", "published", "id")
"""The criteria a canonical policy may list; ``dedupe.elect`` says what each compares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every knob of a run, validated when it is made.

    Raises:
        SettingsError: a value is out of bounds; the message names the field and the bounds.
    """

    threshold: float = 0.5
    """Jaccard similarity of shingle sets from which two texts are ``near`` (0.1 to 1)."""

    containment: float = 0.8
    """Share of one text's shingles found in the other from which it is ``contained`` (0.1 to 1)."""

    shingle: int = 3
    """Words in a shingle (1 to 10)."""

    permutations: int = 128
    """Length of a MinHash signature (16 to 256)."""

    seed: int = 1
    """Seed of the MinHash permutations, as in datasketch."""

    policy: tuple[str, ...] = ("complete", "version", "source", "first", "published", "id")
    """Who becomes canonical: criteria in falling order of weight."""

    sources: tuple[str, ...] = ()
    """Sites in falling order of trust, for the criterion ``source``."""

    min_words: int = 1
    """A cleaned text with fewer words is rejected as ``no-text``."""

    max_bytes: int = 20_000_000
    """A document larger than this is rejected as ``too-large`` (bytes)."""

    keep_duplicate_text: bool = True
    """Keep the clean text of duplicates, so that clusters can be recomputed from the tables."""

    workers: int = 0
    """Processes that clean; 0 means one for each core, used only where there is work for them."""

    shard_bytes: int = 16_000_000
    """Raw bytes in one unit of work."""

    def __post_init__(self) -> None:
        if isinstance(self.policy, str):
            object.__setattr__(self, "policy", split_names(self.policy))
        if isinstance(self.sources, str):
            object.__setattr__(self, "sources", split_names(self.sources))
        _between("threshold", self.threshold, 0.1, 1.0)
        _between("containment", self.containment, 0.1, 1.0)
        _between("shingle", self.shingle, 1, 10)
        _between("permutations", self.permutations, 16, 256)
        _between("seed", self.seed, 0, 2**32 - 1)
        _between("min_words", self.min_words, 1, 10_000)
        _between("max_bytes", self.max_bytes, 1, 2**31 - 1)
        _between("workers", self.workers, 0, 1024)
        _between("shard_bytes", self.shard_bytes, 1, 2**31 - 1)
        unknown = [name for name in self.policy if name not in POLICIES]
        if unknown or not self.policy:
            raise SettingsError(
                f"policy: {', '.join(unknown) or 'an empty list'} is not a criterion; "
                f"list some of {', '.join(POLICIES)}"
            )

    @classmethod
    def from_mapping(cls, values: dict[str, Any]) -> Self:
        """Settings from a mapping of field names; an unknown name is a ``SettingsError``."""
        known = {field.name for field in dataclasses.fields(cls)}
        for name in values:
            if name not in known:
                raise SettingsError(f"{name}: no such setting; there are {', '.join(sorted(known))}")
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """The fields with JSON-ready values."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in dataclasses.asdict(self).items()
        }


def split_names(text: str) -> tuple[str, ...]:
    """``"complete, first"`` to ``("complete", "first")``."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _between(name: str, value: float, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise SettingsError(f"{name}: {value!r} is not a number from {low:g} to {high:g}")
