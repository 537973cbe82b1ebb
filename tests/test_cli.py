"""The command line: what it prints, what it exits with, and that it never shows a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import dedupe
from dedupe.cli import main
from tests.desk import SEEDS, Desk
from tests.newsroom import story, write_rows, write_text

URL = "https://gazette.example/a"


def call(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    """Run a command in this process; an exception that would be a traceback is raised."""
    arguments_ = [str(argument) for argument in arguments]
    return CliRunner().invoke(main, arguments_, input=stdin, catch_exceptions=False)


def spoken(*arguments: str | Path, stdin: str | bytes | None = None) -> Any:
    """The JSON that a command prints, and nothing but it, on standard output."""
    done = call(*arguments, "--json", stdin=stdin)
    assert done.exit_code in {0, 1}, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """An article in two versions with a copy, another, and a reject."""
    desk = Desk(tmp_path_factory.mktemp("told"))
    one = story(1)
    first = [one.row(url=URL), story(2).row(url="https://other.example/")]
    desk.ingest(write_rows(desk.inputs / "1.jsonl", first))
    rows = [one.revised().row(url=URL), one.revised().row(url="https://copy.example/")]
    write_text(desk.inputs / "empty.txt", "")
    desk.ingest(write_rows(desk.inputs / "2.jsonl", rows), desk.inputs / "empty.txt")
    return desk


COMMANDS = sorted(main.commands)


def test_the_commands_of_the_contract_are_there() -> None:
    assert {"ingest", "clean", "explain", "check", "rebuild"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_has_help_that_names_its_options(command: str, flag: str) -> None:
    done = call(command, flag)
    assert done.exit_code == 0
    for parameter in main.commands[command].params:
        if parameter.param_type_name == "option":
            assert parameter.opts[0] in done.stdout
            assert getattr(parameter, "help", None), parameter.name


def test_every_setting_of_a_run_is_an_option_of_ingest() -> None:
    options = {parameter.name for parameter in main.commands["ingest"].params}
    served = {"cron", "interval"}
    assert set(dedupe.Settings().as_dict()) & options == set(dedupe.Settings().as_dict()) - served


def test_ingest_shows_a_table_of_what_happened_and_where_the_parquet_lies(tmp_path: Path) -> None:
    done = call("ingest", SEEDS, "--data", tmp_path / "d")
    assert done.exit_code == 0
    for word in ("articles", "duplicates", "rejects", "unchanged", "snapshot 1"):
        assert word in done.stdout
    assert f"{tmp_path}/d/current/articles" in done.stdout.replace("\n", "")


def test_ingest_speaks_json(tmp_path: Path) -> None:
    said = spoken("ingest", SEEDS, "--data", tmp_path / "d")
    assert (said["counts"]["articles"], said["snapshot"], said["dry_run"]) == (5, 1, False)
    assert {"run_id", "relations", "seconds", "data_dir"} <= set(said)
    assert spoken("ingest", SEEDS, "--data", tmp_path / "d")["counts"]["unchanged"] == 5


def test_a_dry_run_says_so_and_writes_nothing(tmp_path: Path) -> None:
    done = call("ingest", SEEDS, "--data", tmp_path / "d", "--dry-run")
    assert done.exit_code == 0
    assert "nothing was written" in done.stdout
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ingest", SEEDS, "--threshold", "3"], "threshold"),
        (["ingest", SEEDS, "--threshold", "much"], "threshold"),
        (["ingest", SEEDS, "--policy", "beauty"], "beauty"),
        (["ingest", SEEDS, "--min-words", "0"], "min_words"),
        (["ingest", SEEDS, "--nonsense"], "nonsense"),
        (["ingest"], "INPUT"),
        (["explain"], "ID"),
        (["nonsense"], "nonsense"),
    ],
)
def test_bad_usage_is_2_and_names_what_is_wrong(
    tmp_path: Path, arguments: list[Any], says: str
) -> None:
    if arguments[0] == "ingest":
        arguments = [*arguments, "--data", tmp_path / "d"]
    done = call(*arguments)
    assert done.exit_code == 2
    assert says in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["explain", "abc"], ["check"], ["rebuild"]], ids=lambda it: it[0]
)
def test_a_folder_without_data_is_1_and_says_what_to_do(
    tmp_path: Path, arguments: list[str]
) -> None:
    done = call(*arguments, "--data", tmp_path / "d")
    assert done.exit_code == 1
    assert "dedupe ingest" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = write_text(tmp_path / "file", "not a folder")
    done = call("ingest", SEEDS, "--data", path)
    assert done.exit_code in {1, 2}
    assert "file" in done.stderr
    assert path.read_text("utf-8") == "not a folder"


def test_clean_shows_what_goes_and_why() -> None:
    banner = "Nous utilisons des cookies pour améliorer votre expérience.\nTout accepter\n\n"
    text = banner + story(2).plain
    said = spoken("clean", "-", stdin=text)
    assert said["text"] == story(2).body
    assert said["quality"] == "article"
    for cut in said["removals"]:
        assert text[cut["start"] : cut["end"]] == cut["text"]
        assert cut["rule"]
        assert cut["stage"]
    shown = call("clean", "-", stdin=text)
    assert shown.exit_code == 0
    assert said["removals"][0]["rule"] in shown.stdout


def test_clean_reads_a_page_from_a_file(tmp_path: Path) -> None:
    path = write_text(tmp_path / "page.html", story(1).page())
    said = spoken("clean", path, "--url", URL)
    assert (said["title"], said["text"]) == (story(1).title, story(1).body)
    assert call("clean", path).exit_code == 0


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None], ids=["binary", "missing"])
def test_clean_of_what_is_no_text_is_1_and_names_the_file(
    tmp_path: Path, raw: bytes | None
) -> None:
    path = tmp_path / "thing.txt"
    if raw is not None:
        path.write_bytes(raw)
    for wrong in (path, tmp_path):
        done = call("clean", wrong)
        assert done.exit_code == 1
        assert str(wrong) in done.stderr
        assert done.stdout == ""


def test_clean_of_nothing_is_an_empty_article_or_an_error_but_no_traceback() -> None:
    for nothing in ("", "\n", "<html></html>"):
        done = call("clean", "-", stdin=nothing)
        assert done.exit_code in {0, 1}


def test_explain_tells_the_story_of_a_canonical(told: Desk) -> None:
    article = told.row("articles", url=URL)
    story_ = spoken("explain", article["id"], "--data", told.data)
    assert (story_["id"], story_["outcome"]) == (article["id"], "canonical")
    assert story_["document"]["source"] == article["source"]
    assert [member["relation"] for member in story_["cluster"]["members"]].count("exact") == 1
    assert [version["version"] for version in story_["versions"]] == [1]
    assert story_["run"]["settings"]["threshold"] == dedupe.Settings().threshold
    assert [other["relation"] for other in story_["compared"]] == ["exact"]
    shown = call("explain", article["id"], "--data", told.data)
    assert shown.exit_code == 0
    for section in ("came from", "was cut", "compared with", "stands, and why", "versions"):
        assert section in shown.stdout


def test_explain_tells_the_story_of_a_duplicate(told: Desk) -> None:
    copy = told.row("duplicates", relation="exact")
    said = spoken("explain", copy["id"], "--data", told.data)
    assert said["outcome"] == "duplicate"
    assert said["canonical"]["id"] == copy["canonical_id"]
    assert (said["document"]["jaccard"], said["document"]["containment"]) == (1.0, 1.0)
    shown = call("explain", copy["id"], "--data", told.data).stdout
    assert copy["canonical_id"] in shown.replace("\n", "")
    assert "jaccard 1.000" in shown


def test_explain_tells_the_story_of_an_old_version(told: Desk) -> None:
    old = told.row("duplicates", relation="revision")
    said = spoken("explain", old["id"], "--data", told.data)
    assert (said["outcome"], said["document"]["version"]) == ("duplicate", 1)
    assert call("explain", old["id"], "--data", told.data).exit_code == 0


def test_explain_tells_why_an_input_was_rejected(told: Desk) -> None:
    reject = told.row("rejects")
    for query in (reject["id"], reject["source"]):
        said = spoken("explain", query, "--data", told.data)
        assert (said["outcome"], said["document"]["reason"]) == ("rejected", "empty")
        assert "empty" in call("explain", query, "--data", told.data).stdout


@pytest.mark.parametrize("name", ["id", "prefix", "capitals", "url", "source"])
def test_explain_finds_a_document_by_any_name(told: Desk, name: str) -> None:
    article = told.row("articles", url=URL)
    identity = article["id"]
    query = {
        "prefix": identity[:10],
        "capitals": identity.upper(),
        "url": URL,  # of two versions, the present one is meant
        "source": article["source"],
    }.get(name, identity)
    assert spoken("explain", query, "--data", told.data)["id"] == identity


@pytest.mark.parametrize(
    "query", ["ffffffffffff", "https://nowhere.example/", "", "no such [thing]"]
)
def test_explain_of_what_is_not_there_is_1(told: Desk, query: str) -> None:
    done = call("explain", query, "--data", told.data)
    assert done.exit_code == 1
    assert "no document" in done.stderr
    assert done.stdout == ""


def test_explain_of_an_ambiguous_beginning_lists_who_answers(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.ingest(write_rows(desk.inputs / "1.jsonl", [story(n).row() for n in range(17)]))
    ids = [row["id"] for row in desk.rows("articles")]
    first = next(i[0] for i in ids if sum(other[0] == i[0] for other in ids) > 1)
    done = call("explain", first, "--data", desk.data)
    assert done.exit_code == 1
    assert "documents answer to it" in done.stderr


def test_check_is_0_when_clean_and_1_with_a_problem(desk: Desk) -> None:
    desk.ingest(SEEDS)
    assert spoken("check", "--data", desk.data)["problems"] == []
    assert call("check", "--data", desk.data).exit_code == 0
    next(desk.data.glob("current/articles/*/*.parquet")).unlink()
    done = call("check", "--data", desk.data)
    assert done.exit_code == 1
    assert "problem: " in done.stdout
    assert len(spoken("check", "--data", desk.data)["problems"]) == 1


def test_rebuild_says_what_it_built(desk: Desk) -> None:
    desk.ingest(SEEDS)
    assert spoken("rebuild", "--data", desk.data) == {"snapshot": 1, "canonicals": 5}
    assert "5 canonicals" in call("rebuild", "--data", desk.data).stdout


def test_markup_in_titles_and_paths_is_shown_as_it_is(desk: Desk) -> None:
    """Brackets are markup to the terminal library; a title may hold them."""
    told = story(1)
    title = "[bold]Le port[/bold] rouvre [/red] ses quais [link=x]"
    rows = [told.row(title=title), told.row(title=title, url="https://b.example/[x]")]
    desk.ingest(write_rows(desk.inputs / "[draft].jsonl", rows))
    shown = call("explain", desk.row("articles")["id"], "--data", desk.data)
    assert title in shown.stdout
    assert "[draft].jsonl" in shown.stdout.replace("\n", "")


def run(*arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dedupe", *map(str, arguments)]
    return subprocess.run(command, text=True, check=False, stderr=subprocess.PIPE, **more)


def test_a_reader_that_goes_away_ends_the_command_quietly(told: Desk) -> None:
    """As in ``dedupe explain ID | head -1``."""
    identity = told.row("articles", url=URL)["id"]
    for extra in ([], ["--json"]):
        reading, writing = os.pipe()
        os.close(reading)
        done = run("explain", identity, "--data", told.data, *extra, stdout=writing)
        os.close(writing)
        assert done.stderr == ""
        assert done.returncode == 1


def test_the_module_runs_as_the_command_does(tmp_path: Path) -> None:
    done = run("ingest", SEEDS, "--data", tmp_path / "d", "--json", stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["counts"]["articles"] == 5


def test_titles_print_where_the_terminal_is_not_unicode(told: Desk) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    identity = told.row("articles", title=story(2).title)["id"]
    for extra in ([], ["--json"]):
        done = run(
            "explain",
            identity,
            "--data",
            told.data,
            *extra,
            stdout=subprocess.PIPE,
            env=environment,
        )
        assert (done.returncode, done.stderr) == (0, "")
        if extra:
            assert json.loads(done.stdout)["document"]["text"] == story(2).body
