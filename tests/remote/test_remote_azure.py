"""The same on Azure's own emulator (`npm install --global azurite`), where that is on the path."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import dedupe
from dedupe.objects import Bucket, LostRaceError
from dedupe.pipeline.check import check
from dedupe.pipeline.upkeep import prune, rollback
from dedupe.remote.ledger import ObjectLedger
from tests.desk import outcomes
from tests.newsroom import story, write_text

pytestmark = pytest.mark.services

# The emulator's account, the same everywhere.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty container of the emulator."""
    program = shutil.which("azurite-blob")
    if program is None:
        pytest.skip("no azurite-blob on the path: npm install --global azurite")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [
            *(program, "--blobPort", str(port), "--location", str(tmp_path / "azurite")),
            *("--skipApiVersionCheck", "--disableTelemetry"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "successfully listen" in line:
                break
        for name, value in {
            "AZURE_STORAGE_ACCOUNT_NAME": "devstoreaccount1",
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURITE_BLOB_STORAGE_URL": f"http://127.0.0.1:{port}",
            "DEDUPE_CACHE_DIR": str(tmp_path / "cache"),
        }.items():
            monkeypatch.setenv(name, value)
        create_container(port)
        yield "az://newsroom/articles"
        process.kill()


def create_container(port: int) -> None:
    """One signed request: the library makes no containers."""
    import base64
    import datetime as dt
    import hashlib
    import hmac
    import urllib.request

    now = dt.datetime.now(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    heads = {"x-ms-date": now, "x-ms-version": "2021-08-06"}
    canonical = "".join(f"{name}:{value}\n" for name, value in heads.items())
    path = "devstoreaccount1/newsroom"
    signed = f"PUT{chr(10) * 12}{canonical}/devstoreaccount1/{path}\nrestype:container"
    digest = hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()
    key = base64.b64encode(digest).decode()
    heads["Authorization"] = f"SharedKey devstoreaccount1:{key}"
    address = f"http://127.0.0.1:{port}/{path}?restype=container"
    urllib.request.urlopen(urllib.request.Request(address, headers=heads, method="PUT")).close()


def test_a_data_folder_and_an_inbox_in_azure(
    container: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        path = write_text(tmp_path / "in" / f"{number}.txt", story(number, 3).plain)
        assert outcomes(dedupe.ingest(path, container)) == {"articles": 1}
    inbox = container.replace("articles", "in")
    Bucket(inbox).write("3.txt", story(3, 3).plain.encode())
    abfs = container.replace("az:", "abfs:")
    assert outcomes(dedupe.ingest(inbox, abfs)) == {"articles": 1}
    assert dedupe.open(container).articles().count_rows() == 3
    assert check(container).problems == []
    rollback(container, 2)
    assert dedupe.open(abfs).counts["articles"] == 2
    monkeypatch.setenv("DEDUPE_GRACE", "0")
    assert prune(container, keep=1)["dropped"] == [1]
    ledger = ObjectLedger(Bucket(container))
    state, tag = ledger.read()
    ledger.swap(state, tag)
    with pytest.raises(LostRaceError):
        ledger.swap(state, tag)
