"""Serve both flows on their schedules from one long-running process.

``python flows/serve.py [INPUT...]`` needs a Prefect server: ``prefect server start``, and
``PREFECT_API_URL`` in the environment. The process runs what is due, and what somebody triggers.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import flows.ingest  # noqa: F401, I001 - it sets what Prefect reads when it is imported, so it is first
from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Interval, Schedule

from dedupe import configuration
from dedupe.errors import SettingsError
from flows.ingest import ingest
from flows.maintain import maintain

# A run that is due while one is going on is dropped, not queued: the next one sees its inputs too.
ONE_AT_A_TIME = ConcurrencyLimitConfig(
    limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
)


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "inputs", nargs="*", default=["seeds/"], help="files, folders, globs, addresses"
    )
    parser.add_argument("--data", default="data", help="the data folder (%(default)s)")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--cron", help="when to ingest, as five cron fields (the setting cron)")
    when.add_argument(
        "--interval", type=int, help="instead: seconds between (the setting interval)"
    )
    parser.add_argument(
        "--maintain-cron", default="20 3 * * *", help="when to maintain (%(default)s)"
    )
    parser.add_argument("--timezone", default="UTC", help="of the cron fields (%(default)s)")
    chosen = parser.parse_args(arguments)
    if not os.environ.get("PREFECT_API_URL"):
        sys.stderr.write(
            "error: PREFECT_API_URL is not set; start a server (`prefect server start`) and "
            "export PREFECT_API_URL=http://127.0.0.1:4200/api\n"
        )
        return 2
    try:
        settings = configuration.load().settings
        interval = chosen.interval or (0 if chosen.cron else settings.interval)
        every = _schedule(chosen.cron or settings.cron, interval, chosen.timezone)
        nightly = _schedule(chosen.maintain_cron, 0, chosen.timezone)
    except (SettingsError, ValueError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    # The runs are processes of their own in this one's folder; paths hold wherever they start.
    inputs = [_absolute(item) for item in chosen.inputs]
    data_dir = _absolute(chosen.data)
    # An ingest that meets the nightly upkeep waits for it; what the operator has set stays.
    os.environ.setdefault("DEDUPE_WAIT", "600")
    deployments = [
        ingest.to_deployment(
            "served",
            schedule=every,
            parameters={"inputs": inputs, "data_dir": data_dir},
            concurrency_limit=ONE_AT_A_TIME,
            tags=["dedupe"],
        ),
        maintain.to_deployment(
            "served",
            schedule=nightly,
            parameters={"data_dir": data_dir},
            concurrency_limit=ONE_AT_A_TIME,
            tags=["dedupe"],
        ),
    ]
    # Coroutines only where the caller is asynchronous.
    serve(*[made for made in deployments if isinstance(made, RunnerDeployment)])
    return 0


def _absolute(place: str) -> str:
    return place if "://" in place else str(Path(place).absolute())


def _schedule(cron: str, interval: int, timezone: str) -> Schedule:
    if not interval:
        return Cron(cron, timezone=timezone)
    return Interval(timedelta(seconds=interval), timezone=timezone)


if __name__ == "__main__":
    raise SystemExit(main())
