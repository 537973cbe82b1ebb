"""Settings come from defaults, a file, the environment and the caller, in this order."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedupe.configuration import load
from dedupe.errors import SettingsError
from dedupe.settings import Settings


def test_without_any_source_every_field_has_its_default(tmp_path: Path) -> None:
    found = load(folder=tmp_path, environment={})
    assert found.settings == Settings()
    assert set(found.origins.values()) == {"default"}


def test_each_source_goes_over_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "dedupe.toml").write_text("threshold = 0.6\nworkers = 2\nmin_words = 5\n")
    found = load(
        {"threshold": 0.8, "policy": None},
        folder=tmp_path,
        environment={"DEDUPE_THRESHOLD": "0.7", "DEDUPE_WORKERS": "3", "PATH": "/bin"},
    )
    assert (found.settings.threshold, found.settings.workers, found.settings.min_words) == (
        0.8,
        3,
        5,
    )
    assert found.origins["threshold"] == "command line"
    assert found.origins["workers"] == "DEDUPE_WORKERS"
    assert found.origins["min_words"].endswith("dedupe.toml")
    assert found.origins["policy"] == "default"


def test_pyproject_is_read_where_there_is_no_dedupe_toml(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.dedupe]\nsources = ["a.example", "b.example"]\nkeep_duplicate_text = false\n'
    )
    found = load(folder=tmp_path, environment={})
    assert found.settings.sources == ("a.example", "b.example")
    assert found.settings.keep_duplicate_text is False


@pytest.mark.parametrize(
    ("toml", "environment", "given", "said"),
    [
        ("threshold = 7", {}, {}, ["threshold", "0.1 to 1", "dedupe.toml"]),
        ("threshhold = 0.5", {}, {}, ["threshhold", "no such setting", "dedupe.toml"]),
        ("threshold =", {}, {}, ["dedupe.toml", "TOML"]),
        ("", {"DEDUPE_WORKERS": "many"}, {}, ["DEDUPE_WORKERS", "many", "whole number"]),
        ("", {"DEDUPE_POLICY": "loudest"}, {}, ["policy", "loudest", "DEDUPE_POLICY"]),
        ("", {}, {"containment": 0.0}, ["containment", "command line"]),
        ("policy = 3", {}, {}, ["dedupe.toml"]),
        ('cron = "hourly"', {}, {}, ["cron", "five fields", "dedupe.toml"]),
        ("", {"DEDUPE_INTERVAL": "-5"}, {}, ["interval", "DEDUPE_INTERVAL"]),
    ],
)
def test_a_bad_value_is_named_with_its_source(
    tmp_path: Path,
    toml: str,
    environment: dict[str, str],
    given: dict[str, float],
    said: list[str],
) -> None:
    (tmp_path / "dedupe.toml").write_text(toml + "\n")
    with pytest.raises(SettingsError) as caught:
        load(given, folder=tmp_path, environment=environment)
    assert all(part in str(caught.value) for part in said)


def test_lists_in_the_environment_are_separated_by_commas(tmp_path: Path) -> None:
    found = load(folder=tmp_path, environment={"DEDUPE_POLICY": "first, id"})
    assert found.settings.policy == ("first", "id")
