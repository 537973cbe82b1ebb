"""What is known of a segment without opening it: where its parts lie, and their checksums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dedupe.detect.layout import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Where a space lies in a segment: offsets in bytes, checksums of what is there."""

    kind: Kind
    bits: int
    count: int
    directory: int
    directory_crc: int
    entries: int
    entries_crc: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """All that is known of a segment without opening it; kept in the manifest."""

    file: str
    base: int
    span: int
    size: int
    ids: int
    ids_crc: int
    blocks: int
    dead: int
    dead_crc: int
    dead_count: int
    spaces: Mapping[str, Section]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Header:
        """From ``as_dict``."""
        spaces = {
            name: Section(**{**section, "kind": Kind(section["kind"])})
            for name, section in values["spaces"].items()
        }
        return cls(**{**values, "spaces": spaces})

    @property
    def weight(self) -> int:
        """Entries of all spaces, and ids."""
        return self.span + sum(section.count for section in self.spaces.values())
