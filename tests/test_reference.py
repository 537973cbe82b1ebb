"""``docs/reference.md`` names every setting, command, option and flow parameter, and no other."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path

import click
import pytest

from dedupe.cli import main
from dedupe.settings import POLICIES, Settings
from flows.ingest import ingest
from flows.maintain import maintain

REFERENCE = (Path(__file__).parent.parent / "docs/reference.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([\w ]+)\n(.*?)(?=^## |\Z)", REFERENCE, re.MULTILINE | re.DOTALL))
EVERYWHERE = {"--help"}


def rows(section: str) -> list[list[str]]:
    """The cells of every table row of a section, the heads of tables left out."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_setting_is_described_with_its_default_and_bounds() -> None:
    described = {row[0].strip("`"): row for row in rows("Settings") if len(row) == 4}
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    assert list(described) == list(fields)
    for name, field in fields.items():
        _, default, bounds, about = described[name]
        value = field.default
        if isinstance(value, tuple):
            assert default.strip("`") == (",".join(value) or "none")
        elif isinstance(value, str):
            assert default == (f"`{value}`" if value else "none")
        elif isinstance(value, bool):
            assert default == f"`{str(value).lower()}`"
        else:
            assert float(default.strip("`")) == value
            low, high = bounds.split(" to ")
            assert (float(low), float(high)) == (field.metadata["low"], field.metadata["high"])
        assert about == field.metadata["help"]


def test_every_criterion_of_the_policy_is_described() -> None:
    described = [row[0].strip("`") for row in rows("Settings") if len(row) == 2]
    assert described == list(POLICIES)


def test_every_command_is_described() -> None:
    described = {row[0].strip("`").split()[0] for row in rows("Commands")}
    assert described == set(main.commands)


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_option_of_a_command_is_described(name: str) -> None:
    (row,) = [row for row in rows("Commands") if row[0].strip("`").split()[0] == name]
    described = set(re.findall(r"--[a-z-]+", row[2]))
    if "every setting" in row[2]:
        described |= {
            f"--{field.name.replace('_', '-')}"
            for field in dataclasses.fields(Settings)
            if not field.metadata["served"]
        }
    options = {
        max(parameter.opts, key=len)
        for parameter in main.commands[name].params
        if isinstance(parameter, click.Option)
    }
    assert described == options - EVERYWHERE


def test_every_command_and_option_says_what_it_is() -> None:
    for command in main.commands.values():
        assert command.help
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{command.name} {parameter.name}"


@pytest.mark.parametrize("flow", [ingest, maintain], ids=["ingest", "maintain"])
def test_every_flow_parameter_is_described_here_and_in_the_form(flow: object) -> None:
    function = flow.fn  # type: ignore[attr-defined]
    described = [row[1].strip("`") for row in rows("Flow parameters") if row[0] == f"`{flow.name}`"]  # type: ignore[attr-defined]
    parameters = list(inspect.signature(function).parameters)
    assert described == parameters
    for parameter in parameters:
        assert f"{parameter}:" in (function.__doc__ or "")
