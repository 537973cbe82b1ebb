"""How a store is reached: endpoint, credentials and patience, from the environment.

The library reads most of it itself (``AWS_ACCESS_KEY_ID``, ``GOOGLE_APPLICATION_CREDENTIALS``,
``AZURE_STORAGE_ACCOUNT_NAME`` and their like, the identity of a machine or a pod); here is the
rest. Nothing of it is kept, logged or recorded.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

from dedupe.errors import StoreError

RETRIES = 8
"""Tries of a request after the first, further and further apart, for a minute at most."""

_RETRY_FOR = dt.timedelta(seconds=60)
_ANSWER_WITHIN = dt.timedelta(seconds=120)


def access(scheme: str) -> dict[str, Any]:
    """What a store is opened with beyond what the library reads from the environment itself."""
    options: dict[str, Any] = {
        "client_options": {"timeout": _ANSWER_WITHIN},
        "retry_config": {"max_retries": RETRIES, "retry_timeout": _RETRY_FOR},
    }
    if scheme == "s3":
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
        if endpoint:
            options["config"] = {"endpoint": endpoint}
        if endpoint.startswith("http://"):
            options["client_options"]["allow_http"] = True
        profile = _profile()
        if profile is not None:
            options["credential_provider"] = profile
    return options


def _profile() -> Any:  # noqa: ANN401 - a provider of the library, or None
    """Credentials of a profile in ``~/.aws``, which the library leaves to ``boto3``."""
    shared = Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"))
    named = os.environ.get("AWS_PROFILE") or shared.expanduser().is_file()
    if os.environ.get("AWS_ACCESS_KEY_ID") or not named:
        return None
    try:
        from obstore.auth.boto3 import Boto3CredentialProvider

        return Boto3CredentialProvider()
    except ImportError as error:
        raise StoreError(
            "the credentials of an AWS profile are read by boto3: pip install boto3, or set "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ) from error
