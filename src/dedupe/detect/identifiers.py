"""Document ids in bulk: 32 hexadecimal digits outside, 16 bytes inside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dedupe.detect.shingling import U64, fold_keys
from dedupe.errors import StoreError

ID_BYTES = 16
PACKED = f"V{ID_BYTES}"
Packed = NDArray[np.void]


def pack_ids(ids: Sequence[str]) -> Packed:
    """Ids to 16 bytes each, in order.

    Raises:
        StoreError: one is not 32 hexadecimal digits.
    """
    try:
        raw = bytes.fromhex("".join(ids))
    except ValueError as error:
        raise StoreError(f"an id is not hexadecimal: {error}") from error
    if any(len(each) != 2 * ID_BYTES for each in ids):
        raise StoreError("an id has not its 32 hexadecimal digits")
    return np.frombuffer(raw, dtype=PACKED)


def unpack_ids(packed: Packed) -> list[str]:
    """The ids that ``pack_ids`` packed."""
    digits = packed.tobytes().hex()
    return [digits[at : at + 2 * ID_BYTES] for at in range(0, len(digits), 2 * ID_BYTES)]


class Ids:
    """Packed ids, each unpacked when it is asked for."""

    def __init__(self, packed: Packed) -> None:
        self._raw = packed.tobytes()

    def __getitem__(self, at: int) -> str:
        """The id at a place."""
        return self._raw[at * ID_BYTES : (at + 1) * ID_BYTES].hex()


def order_of(packed: Packed) -> NDArray[np.int64]:
    """The order of packed ids: that of their digits."""
    halves = np.ascontiguousarray(packed).view(">u8").reshape(-1, 2).astype(np.uint64)
    return np.lexsort((halves[:, 1], halves[:, 0])).astype(np.int64)


def id_keys(packed: Packed) -> U64:
    """Index keys of packed ids."""
    halves = np.ascontiguousarray(packed).view("<u8").reshape(-1, 2).astype(np.uint64)
    return fold_keys(halves[:, 0] ^ fold_keys(halves[:, 1]))
