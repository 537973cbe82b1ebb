"""What a ledger says, what an address is, and what is said where the extra is missing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedupe
from dedupe.objects import Bucket, is_address
from dedupe.remote import Mirror
from dedupe.remote.ledger import State, Writer

numbers = st.lists(st.integers(1, 10**6), unique=True).map(lambda found: tuple(sorted(found)))
names = st.text(st.characters(codec="utf-8"), max_size=30)
writers = st.builds(
    Writer,
    owner=names,
    mirror=names,
    host=names,
    since=names,
    lease=st.integers(1, 3600),
    beat=st.integers(0, 10**6),
)
states = st.builds(
    State,
    snapshot=st.integers(0, 10**6),
    path=names,
    stamp=names,
    published=numbers,
    withdrawn=numbers,
    next=st.integers(1, 10**6),
    writer=st.none() | writers,
    nonce=names,
    database=st.booleans(),
)


@given(states)
def test_a_state_is_read_as_it_was_written(state: State) -> None:
    assert State.decoded(state.encoded(), "here") == state


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"\xff", b'{"format": 1}', b'{"format": "new"}']
)
def test_what_is_no_ledger_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(dedupe.StoreError, match="s3://b/current: not a ledger"):
        State.decoded(body, "s3://b/current")


def test_a_ledger_of_a_later_version_is_not_guessed_at() -> None:
    body = json.loads(State().encoded()) | {"format": 2}
    with pytest.raises(dedupe.StoreError, match="upgrade dedupe-ingest"):
        State.decoded(json.dumps(body).encode(), "s3://b/current")


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("s3://bucket/prefix", True),
        ("s3://bucket", True),
        ("S3://bucket/a b", True),
        ("gs://bucket/x", True),
        ("az://container/x", True),
        ("abfss://container@account.dfs.core.windows.net/x", True),
        ("data", False),
        ("s3:/bucket/prefix", False),
        ("https://a.example/x", False),
        ("./s3://bucket", False),
        (Path("s3://bucket"), False),
        ("s3://", False),
    ],
)
def test_an_address_is_told_from_a_path(place: object, *, told: bool) -> None:
    assert is_address(place) is told


@pytest.mark.parametrize("command", [["check", "--data", "s3://b/x"], ["ingest", "s3://b/x"]])
def test_without_the_extra_a_sentence_says_what_to_install(
    command: list[str], tmp_path: Path
) -> None:
    code = (
        "import sys\nsys.modules['obstore'] = None\nsys.modules['obstore.store'] = None\n"
        f"from dedupe.cli import main\nmain({command!r})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 1
    assert "pip install 'dedupe-ingest[remote]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_is_of_this_machine_is_in_no_record_and_no_password_is_shown() -> None:
    url = "postgresql://keeper:kept-quiet@db.example:5432/ledger"
    settings = dedupe.Settings(ledger=url, cache_dir="/srv/cache")
    assert settings.as_dict()["ledger"] == "postgresql://keeper:***@db.example:5432/ledger"
    assert {"ledger", "cache_dir"} & set(settings.recorded()) == set()
    assert "kept-quiet" not in repr(settings)
    assert dedupe.Settings.from_mapping(settings.recorded()) == dedupe.Settings()


def test_a_copied_mirror_is_another_one(tmp_path: Path) -> None:
    """Whose lock is free says nothing of the lock of its copy, in another container, say."""
    pytest.importorskip("obstore")
    one, two = (Mirror(Bucket("s3://b/x"), str(tmp_path / name)) for name in ("one", "two"))
    first = one.identity
    assert one.identity == first
    shutil.copytree(one.root, two.root)
    assert two.identity != first
