"""Inputs in object storage: an object, all below a prefix, or a glob, listed and then streamed.

The same rules as on disk: hidden names and READMEs are passed over where they were not named, and
the order is that of the sources. A small object is one request, a large one is read piece by piece
as the reader goes on. The next few small ones are on their way while one is being read.
"""

from __future__ import annotations

import io
import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from dedupe.acquire.inputs import Input, passed_over
from dedupe.acquire.opened import Opened
from dedupe.errors import InputError
from dedupe.objects import Bucket, Item

SMALL = 4_000_000
"""Bytes up to which an object is read by one request."""

AHEAD = 8
"""Small objects that are on their way while one is being read."""

_WILDCARD = re.compile(r"[*?\[]")


def objects_of(address: str) -> list[Input]:
    """The objects that ``address`` names, as inputs.

    Raises:
        InputError: there is none.
        StoreError: the store refuses, or is out of reach.
    """
    whole = Bucket(address)
    if not whole.prefix:
        return _below(whole, (), list(whole.items()), address)
    top = Bucket(f"{whole.scheme}://{whole.name}")
    if not address.endswith("/"):
        try:
            found = top.item(whole.prefix)
            return _inputs(top, [found])
        except FileNotFoundError:
            pass
    below = list(whole.items())
    if below or not _WILDCARD.search(whole.prefix):
        return _below(whole, (), below, address)
    parts = whole.prefix.split("/")
    first = next(i for i, part in enumerate(parts) if _WILDCARD.search(part))
    base = Bucket("/".join((f"{whole.scheme}://{whole.name}", *parts[:first])))
    matching = [item for item in base.items() if _fits(item.key.split("/"), parts[first:])]
    return _below(base, parts[first:], matching, address)


def _below(bucket: Bucket, pattern: Sequence[str], items: list[Item], address: str) -> list[Input]:
    """The inputs among ``items``, which lie in ``bucket``; what nobody asked for is passed over."""
    asked_for = [part for part in pattern if passed_over(part)]

    def wanted(name: str) -> bool:
        return not passed_over(name) or any(fnmatchcase(name, part) for part in asked_for)

    kept = [item for item in items if all(map(wanted, PurePosixPath(item.key).parts))]
    if not items:
        raise InputError(f"{address}: no such object, nothing below it, and no glob that matches")
    return _inputs(bucket, kept)


def _fits(names: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether the parts of a key fit those of a glob, or lie below what fits."""
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(_fits(names[skip:], pattern[1:]) for skip in range(len(names)))
    return bool(names) and fnmatchcase(names[0], pattern[0]) and _fits(names[1:], pattern[1:])


def _inputs(bucket: Bucket, items: list[Item]) -> list[Input]:
    ahead = _Ahead(bucket, sorted(items))
    return [
        Input(
            f"{bucket.address}/{item.key}",
            Path(PurePosixPath(item.key).name),
            open=_Object(ahead, number),
        )
        for number, item in enumerate(ahead.items)
    ]


class _Object:
    """Opens one object of a listing."""

    def __init__(self, ahead: _Ahead, number: int) -> None:
        self._ahead = ahead
        self._number = number

    @contextmanager
    def __call__(self) -> Iterator[Opened]:
        bucket, item = self._ahead.bucket, self._ahead.items[self._number]
        small = item.bytes <= SMALL
        stream = io.BytesIO(self._ahead.take(self._number)) if small else bucket.reader(item.key)
        yield Opened.of(
            stream,
            source=f"{bucket.address}/{item.key}",
            name=PurePosixPath(item.key).name,
            size=item.bytes,
        )


class _Ahead:
    """The small objects of a listing, fetched a few at a time in the order of the listing."""

    def __init__(self, bucket: Bucket, items: list[Item]) -> None:
        self.bucket = bucket
        self.items = items
        self._under_way: OrderedDict[int, Future[bytes]] = OrderedDict()
        self._pool: ThreadPoolExecutor | None = None

    def __getstate__(self) -> dict[str, object]:
        """For another process: what is under way stays here."""
        return {"bucket": self.bucket, "items": self.items, "_under_way": OrderedDict()}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state, _pool=None)

    def take(self, number: int) -> bytes:
        """The bytes of one object; those after it are asked for."""
        pool = self._pool = self._pool or ThreadPoolExecutor(AHEAD, "dedupe-ahead")
        for other in range(number, min(number + AHEAD, len(self.items))):
            if other not in self._under_way and self.items[other].bytes <= SMALL:
                self._under_way[other] = pool.submit(self._fetch, other)
        for passed in [other for other in self._under_way if other < number]:
            del self._under_way[passed]
        return self._under_way.pop(number).result()

    def _fetch(self, number: int) -> bytes:
        return self.bucket.read(self.items[number].key)[0]
