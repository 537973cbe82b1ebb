"""What a user names, turned into a list of files.

The list does not depend on the order in which things are named or in which the system lists them,
and a file that several names lead to (a folder and a glob, a link and its target) is in it once.
Only what the user named can be wrong here and raise; what is found on the way and cannot be read
stays in the list and becomes a reject.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from dedupe.acquire.urls import masked, normalise_url
from dedupe.errors import InputError
from dedupe.objects import is_address

if TYPE_CHECKING:
    from dedupe.acquire.opened import Opened

_WEB = re.compile(r"https?://", re.IGNORECASE)
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
# Under these names browsers and tools write what they will rename when it is whole.
_UNFINISHED = (
    *(".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".opdownload"),
    *(".swp", "~"),
)
_WILDCARD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of a file that begin from byte ``begin`` to before byte ``end``.

    ``line`` is the number of the first of them.
    """

    begin: int
    end: int
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Input:
    """Something to read: a file, or what ``open`` opens.

    Args:
        source: how the user would name it: a path with forward slashes, an address.
        path: the file; where ``open`` is given only its name is used.
        url: the address that the file was fetched from, where it is a page.
        media_type: the form that the transport declared, without parameters.
        charset: the charset that the transport declared.
        address: where to fetch it; then there is no file yet, and ``path`` is empty.
        open: opens what is no local file, with ``Opened.of``. It may raise ``CannotReadError``,
            which becomes a reject, and ``OSError``, which is tried again where that can help.
        awaited: it was found in a folder or by a glob, and is left while it is being written.
        part: only this part of a file of lines (see ``cuts``).
    """

    source: str
    path: Path
    url: str | None = field(default=None, compare=False, kw_only=True)
    media_type: str | None = field(default=None, compare=False, kw_only=True)
    charset: str | None = field(default=None, compare=False, kw_only=True)
    address: str | None = field(default=None, compare=False, kw_only=True)
    open: Callable[[], AbstractContextManager[Opened]] | None = field(
        default=None, compare=False, kw_only=True
    )
    awaited: bool = field(default=False, compare=False, kw_only=True)
    part: Part | None = field(default=None, compare=False, kw_only=True)


def expand(inputs: Sequence[str | Path] | str | Path) -> list[Input]:
    """List the files and web addresses that ``inputs`` name, sorted by source, each once.

    Folders are searched through all their depths; hidden files, a folder's ``README`` and files
    under the names of unfinished downloads (``.part``, ``.tmp``, ...) are no documents and are
    passed over there, though not when they are named outright. Globs follow
    ``pathlib``: ``*``, ``?``, ``[...]``, and ``**`` for any depth. All of it holds for addresses in
    object storage (``s3://bucket/prefix/*.jsonl``), too.

    Raises:
        InputError: a path that does not exist, a glob that matches nothing, an address of a kind
            that is not known.
        StoreError: object storage refuses, or is out of reach.
    """
    named = [inputs] if isinstance(inputs, str | Path) else inputs
    # Whether the name leads through a link, and the input, by the real path.
    found: dict[str, tuple[bool, Input]] = {}
    outright: set[str] = set()
    for name in named:
        if is_address(str(name)):
            from dedupe.acquire.remote_inputs import objects_of  # it stands on this module

            found.update((target.source, (False, target)) for target in objects_of(str(name)))
            continue
        if address := _web_address(name):
            found[address] = (False, Input(masked(address), Path(), address=address))
            continue
        itself = str(Path(name))
        for path in _named(name):
            for file, real, linked in _files(path):
                # One file has many names; one without a link in it is kept, whichever came first.
                entry = (linked, Input(source_of(file), file, awaited=True))
                found[real] = min(entry, found.get(real, entry))
                if str(file) == itself:
                    outright.add(real)
    listed = (
        replace(entry, awaited=False) if real in outright else entry
        for real, (_, entry) in found.items()
    )
    return sorted(listed, key=attrgetter("source", "path"))


def source_of(path: Path) -> str:
    """Return ``path`` as a source: forward slashes, and valid text whatever bytes the name has."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _web_address(name: str | Path) -> str | None:
    text = str(name).strip()
    if not _WEB.match(text):
        return None
    if normalise_url(text) is None:
        raise InputError(f"{masked(text)}: no web address that can be read")
    return text


def _named(name: str | Path) -> Iterator[Path]:
    text = str(name)
    if _URL.match(text):
        raise InputError(f"{masked(text)}: only http and https addresses can be fetched")
    if not text.strip():
        raise InputError("an input is empty; name a file, a folder or a glob")
    path = Path(name)
    if _exists(path):
        yield path
    elif _WILDCARD.search(text):
        yield from _matches(path)
    else:
        raise InputError(f"{text}: no such file or folder")


def _exists(path: Path) -> bool:
    try:
        # A link that leads nowhere was named and is there: it is for the reader to reject.
        return os.path.lexists(path)
    except ValueError:  # a NUL in the name
        return False


def _matches(pattern: Path) -> list[Path]:
    first = next(i for i, part in enumerate(pattern.parts) if _WILDCARD.search(part))
    base, wild = Path(*pattern.parts[:first]), pattern.parts[first:]
    asked_for = [part for part in wild if passed_over(part)]

    def wanted(name: str) -> bool:
        return not passed_over(name) or any(fnmatchcase(name, part) for part in asked_for)

    try:
        matches = sorted(base.glob("/".join(wild)))
    except (ValueError, NotImplementedError) as error:
        raise InputError(f"{pattern}: not a glob that can be read ({error})") from None
    kept = [match for match in matches if all(map(wanted, match.parts[len(base.parts) :]))]
    if not kept:
        raise InputError(f"{pattern}: no file matches this glob")
    return kept


def _files(top: Path) -> Iterator[tuple[Path, str, bool]]:
    """Give each file under ``top``, its real path, and whether it has another name than that.

    Links wait until all real folders are done, and no folder is entered twice: that ends every
    loop, and names a file by its real place wherever it has one.
    """
    entered: set[str] = set()
    real, links = deque([top]), deque[Path]()
    while real or links:
        following = not real
        path = (real or links).popleft()
        if path.is_symlink() and not following and path is not top:
            links.append(path)
        elif not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where access is denied
            yield _placed(path)
        elif (place := os.path.realpath(path)) not in entered:
            entered.add(place)
            try:
                with os.scandir(path) as listing:
                    entries = sorted((entry.name, _is_plain(entry)) for entry in listing)
            except OSError:
                yield _placed(path)  # for the reader to say why
                continue
            linked = os.path.abspath(path) != place  # noqa: PTH100
            for name, plain in entries:
                if passed_over(name):
                    continue
                if plain:  # known from the list: no need to ask the system for each
                    yield path / name, os.path.join(place, name), linked  # noqa: PTH118
                else:
                    real.append(path / name)


def _is_plain(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False)


def _placed(path: Path) -> tuple[Path, str, bool]:
    real = os.path.realpath(path)
    return path, real, os.path.abspath(path) != real  # noqa: PTH100


def passed_over(name: str) -> bool:
    """Whether a file or folder of this name is no document, unless it is named outright."""
    return (
        name.startswith((".", "~$"))
        or name.partition(".")[0] == "README"
        or name.lower().endswith(_UNFINISHED)
    )
