"""Acquire: inputs to documents.

``expand`` turns what a user names (files, folders, globs) into a list of inputs; ``acquire`` reads
them one after the other and gives for each document in them exactly one outcome: a ``Document``, a
``Reject`` that says why it cannot be read, or ``Unchanged``. The other names are for those who
write readers of their own.
"""

from dedupe.acquire.inputs import Input, expand
from dedupe.acquire.intake import Outcome, acquire
from dedupe.acquire.opened import CannotReadError, Opened
from dedupe.acquire.registry import Form
from dedupe.acquire.rows import read_row
from dedupe.acquire.urls import normalise_url

__all__ = [
    "CannotReadError",
    "Form",
    "Input",
    "Opened",
    "Outcome",
    "acquire",
    "expand",
    "normalise_url",
    "read_row",
]
