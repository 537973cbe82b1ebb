"""Four times the document takes about four times the time, whatever is in it.

Processor time of the same process, the best of three tries, and a bound halfway (on a logarithmic
scale) between linear and quadratic: a busy machine does not fail this, a square does.
"""

from __future__ import annotations

import time

import pytest

from dedupe.clean import clean
from dedupe.errors import InputError
from tests.hostile.shapes import PAGES, TEXTS, Shape

SIZE, TIMES = 60_000, 4
LINEAR, QUADRATIC = TIMES, TIMES**2
TOO_LITTLE_TO_TELL = 0.04

ALL = {
    **{f"page of {name}": (shape, "text/html") for name, shape in PAGES.items()},
    **{f"text of {name}": (shape, "text/plain") for name, shape in TEXTS.items()},
}
# Each of these took quadratic time once.
ONCE_QUADRATIC = [
    "page of attributes on one tag",
    "page of body stated and shown",
    "page of comments without an end",
    "page of elements never closed",
    "page of formatting never closed",
    "page of formatting opened anew",
    "page of scripts of two cases",
    "page of statement of broken markup",
    "page of tags without an end",
    "text of dates",
]


def seconds(text: str, media_type: str) -> float:
    start = time.process_time()
    try:
        clean(text, media_type=media_type)
    except InputError as error:
        assert str(error).startswith("too-complex: ")  # noqa: PT017 - either outcome is right
    return time.process_time() - start


def assert_near_linear(shape: Shape, media_type: str, size: int) -> None:
    small, large = shape(size), shape(TIMES * size)
    ratio = float("inf")
    for _ in range(3):
        longer = seconds(large, media_type)
        if longer < TOO_LITTLE_TO_TELL:
            return
        ratio = min(ratio, longer / seconds(small, media_type))
        if ratio < (LINEAR * QUADRATIC) ** 0.5:
            return
    pytest.fail(f"{TIMES} times the size took {ratio:.1f} times the time")


@pytest.mark.parametrize("name", ONCE_QUADRATIC)
def test_what_was_quadratic_once_is_near_linear(name: str) -> None:
    assert_near_linear(*ALL[name], SIZE)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ALL))
def test_cleaning_is_near_linear(name: str) -> None:
    assert_near_linear(*ALL[name], 2 * SIZE)
