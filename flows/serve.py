"""Serve both flows on their schedules from one long-running process.

``python flows/serve.py [INPUT...]`` needs a Prefect server: ``prefect server start``, and
``PREFECT_API_URL`` in the environment. The process runs what is due, and what somebody triggers.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment

from flows.ingest import ingest
from flows.maintain import maintain

# A run that is due while one is going on is dropped, not queued: the next one sees its inputs too.
ONE_AT_A_TIME = ConcurrencyLimitConfig(
    limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
)


def main(arguments: list[str] | None = None) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", nargs="*", default=["seeds/"], help="files, folders or globs")
    parser.add_argument("--data", default="data", help="the data folder")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--cron", default="*/15 * * * *", help="when to ingest, as five cron fields")
    when.add_argument("--interval", type=float, help="instead: seconds between two runs")
    parser.add_argument("--maintain-cron", default="20 3 * * *", help="when to maintain")
    chosen = parser.parse_args(arguments)
    every = {"interval": chosen.interval} if chosen.interval else {"cron": chosen.cron}
    deployments = [
        ingest.to_deployment(
            "served",
            **every,
            parameters={"inputs": chosen.inputs, "data_dir": chosen.data},
            concurrency_limit=ONE_AT_A_TIME,
            tags=["dedupe"],
        ),
        maintain.to_deployment(
            "served",
            cron=chosen.maintain_cron,
            parameters={"data_dir": chosen.data},
            concurrency_limit=ONE_AT_A_TIME,
            tags=["dedupe"],
        ),
    ]
    # Coroutines only where the caller is asynchronous.
    serve(*[made for made in deployments if isinstance(made, RunnerDeployment)])


if __name__ == "__main__":
    main()
