"""Everything this package raises on purpose.

Each message says what happened, to which input, and what to do about it. The children are split by
whose turn it is to act: the caller's input, the caller's settings, or the data folder's keeper.
A document that cannot be read is not an error: it becomes a row of ``rejects``.
"""

from __future__ import annotations


class DedupeError(Exception):
    """Base of every error that this package raises on purpose."""


class InputError(DedupeError):
    """An input does not exist, cannot be opened, or is not text at all."""


class SettingsError(DedupeError):
    """A setting has a value outside its bounds; the message names the field."""


class StoreError(DedupeError):
    """A data folder is missing, damaged, or written by an incompatible version."""


class EngineError(DedupeError):
    """What a run works on cannot be reached, or was lost: a Dask scheduler."""


class LockedError(DedupeError):
    """Another run holds the data folder."""
