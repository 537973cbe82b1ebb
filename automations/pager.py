"""Make the notification block that automations/alerts.yaml needs; prints its id.

``python automations/pager.py URL`` posts ``{"subject": ..., "body": ...}`` to the URL. Prefect has
blocks for Slack, Teams, PagerDuty, e-mail and others besides (``prefect.blocks.notifications``).
"""

# ruff: noqa: INP001

from __future__ import annotations

import sys

from prefect.blocks.notifications import CustomWebhookNotificationBlock


def main(url: str) -> None:
    """Save the block, in place of an earlier one."""
    block = CustomWebhookNotificationBlock(
        name="dedupe-on-call",
        url=url,
        headers=None,
        cookies=None,
        json_data={"subject": "{{subject}}", "body": "{{body}}"},
    )
    sys.stdout.write(f"{block.save('dedupe-on-call', overwrite=True)}\n")


if __name__ == "__main__":
    main(sys.argv[1])
