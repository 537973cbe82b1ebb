"""A stage that meets damage in the index is done again, on one that is made anew from the tables.

What a stage reads of the index is verified, so damage shows where it would have told something
wrong; a stage that breaks leaves nothing behind.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from dedupe.detect import IndexDamageError
from dedupe.pipeline.run import Run

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def healing(
    stage: Callable[Concatenate[Run, Arguments], Result],
) -> Callable[Concatenate[Run, Arguments], Result]:
    """Have ``stage`` done once more where the index turns out to be damaged."""

    @functools.wraps(stage)
    def done(run: Run, /, *args: Arguments.args, **named: Arguments.kwargs) -> Result:
        try:
            return stage(run, *args, **named)
        except IndexDamageError as error:
            run.heal(error)
            return stage(run, *args, **named)

    return done
