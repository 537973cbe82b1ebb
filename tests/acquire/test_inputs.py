"""``expand``: what a user names becomes a list of files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.acquire import expand
from dedupe.errors import InputError
from dedupe.rejects import Reason, Reject

Take = Callable[..., list[Any]]

TREE = ("b.txt", "a.html", "deep/c.jsonl", "deep/er/d.txt", "2025-11/e.txt", "2025-12/f.html")


@pytest.fixture
def tree(here: Path) -> Path:
    for name in TREE:
        path = here / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"The text of {name}.")
    return here / "in"


def sources(*inputs: str | Path) -> list[str]:
    return [item.source for item in expand(inputs)]


@pytest.mark.usefixtures("tree")
class TestNames:
    def test_a_folder_is_searched_through_all_its_depths_in_order(self) -> None:
        assert sources("in") == sorted(f"in/{name}" for name in TREE)

    def test_a_file_is_itself(self) -> None:
        assert sources("in/b.txt") == ["in/b.txt"]

    def test_a_source_is_named_as_the_user_named_it(self, here: Path) -> None:
        assert sources("./in/b.txt", "in/") == sorted(f"in/{name}" for name in TREE)
        assert sources(here / "in" / "b.txt") == [f"{here.as_posix()}/in/b.txt"]
        assert sources("in/../in/deep") == [
            "in/../in/deep/c.jsonl",
            "in/../in/deep/er/d.txt",
        ]

    def test_a_single_string_is_one_input(self) -> None:
        assert [item.source for item in expand("in/b.txt")] == ["in/b.txt"]

    @pytest.mark.parametrize(
        ("pattern", "found"),
        [
            ("in/*.txt", ["in/b.txt"]),
            ("in/?.html", ["in/a.html"]),
            ("in/[ab].*", ["in/a.html", "in/b.txt"]),
            ("in/**/*.txt", ["in/2025-11/e.txt", "in/b.txt", "in/deep/er/d.txt"]),
            ("in/2025-*", ["in/2025-11/e.txt", "in/2025-12/f.html"]),
            ("**/d.txt", ["in/deep/er/d.txt"]),
            ("in/**", sorted(f"in/{name}" for name in TREE)),
            ("in/deep/**", ["in/deep/c.jsonl", "in/deep/er/d.txt"]),
        ],
    )
    def test_a_glob_names_what_it_matches(self, pattern: str, found: list[str]) -> None:
        assert sources(pattern) == found

    def test_a_name_with_glob_characters_is_taken_literally_where_it_exists(
        self, tree: Path
    ) -> None:
        (tree / "[ab].txt").write_text("A name like a pattern.")
        assert sources("in/[ab].txt") == ["in/[ab].txt"]

    def test_overlapping_inputs_are_read_once(self) -> None:
        assert sources("in", "in/b.txt", "in/**/*.txt", "in/deep") == sources("in")

    def test_hidden_files_and_a_readme_are_no_documents(self, tree: Path) -> None:
        (tree / ".hidden.txt").write_text("Hidden.")
        (tree / ".git").mkdir()
        (tree / ".git" / "x.txt").write_text("Hidden deeper.")
        (tree / "README.md").write_text("What is in this folder.")
        everything = sorted(f"in/{name}" for name in TREE)
        assert sources("in") == everything
        assert sources("in/**/*") == everything

    def test_hidden_files_and_a_readme_are_read_when_named(self, tree: Path) -> None:
        (tree / ".hidden.txt").write_text("Hidden.")
        (tree / "README.md").write_text("What is in this folder.")
        assert sources("in/.hidden.txt", "in/README.md") == ["in/.hidden.txt", "in/README.md"]
        assert sources("in/.h*") == ["in/.hidden.txt"]
        assert sources("i*/README.md") == ["in/README.md"]

    def test_nothing_named_is_nothing_to_read(self) -> None:
        assert expand([]) == []


@pytest.mark.usefixtures("tree")
class TestMistakes:
    @pytest.mark.parametrize("name", ["absent.txt", "in/absent", "a\0b", "x" * 5000])
    def test_a_path_that_does_not_exist_is_named(self, name: str) -> None:
        with pytest.raises(InputError, match=r"no such file or folder") as caught:
            expand(["in", name])
        assert name in str(caught.value)

    @pytest.mark.parametrize("pattern", ["in/*.pdf", "absent/**", "in/[z]*", "in/a**b", "a\0*"])
    def test_a_glob_that_matches_nothing_is_named(self, pattern: str) -> None:
        with pytest.raises(InputError) as caught:
            expand([pattern])
        assert pattern in str(caught.value)

    def test_addresses_of_other_kinds_are_refused(self) -> None:
        with pytest.raises(InputError, match=r"ftp://example\.org/a: only http and https"):
            expand(["ftp://example.org/a"])
        with pytest.raises(InputError, match=r"http://\*\*\*@/a: no web address"):
            expand(["http://me:pass@/a"])

    def test_an_address_is_an_input_and_shows_no_secret(self) -> None:
        (found,) = expand(["https://me:pass@example.org/a"] * 2)
        assert found.source == "https://***@example.org/a"
        assert found.address == "https://me:pass@example.org/a"

    @pytest.mark.parametrize("name", ["", "  "])
    def test_an_empty_name_is_refused(self, name: str) -> None:
        with pytest.raises(InputError, match="an input is empty"):
            expand([name])


class TestLinks:
    def test_a_file_and_a_link_to_it_are_one_and_keep_the_files_name(self, tree: Path) -> None:
        (tree / "0-link.txt").symlink_to("b.txt")
        assert "in/0-link.txt" not in sources("in")
        assert sources("in/0-link.txt", "in/b.txt") == ["in/b.txt"]

    def test_a_linked_folder_outside_is_read(self, tree: Path) -> None:
        outside = tree.parent / "elsewhere"
        outside.mkdir()
        (outside / "g.txt").write_text("Reached by a link.")
        (tree / "link").symlink_to(outside)
        assert "in/link/g.txt" in sources("in")

    def test_a_folder_that_links_to_itself_is_read_once(self, tree: Path) -> None:
        (tree / "0-loop").symlink_to(tree)
        (tree / "deep" / "loop").symlink_to(tree / "deep")
        assert sources("in") == sorted(f"in/{name}" for name in TREE)

    def test_many_folders_that_link_to_each_other_are_read_once_each(self, here: Path) -> None:
        folders = [here / "in" / str(i) for i in range(12)]
        for folder in folders:
            folder.mkdir(parents=True)
            (folder / "a.txt").write_text(f"In {folder.name}.")
        for folder in folders:
            for other in folders:
                (folder / f"to-{other.name}").symlink_to(other)
        assert sources("in") == sorted(f"in/{i}/a.txt" for i in range(12))

    def test_a_link_to_nowhere_and_a_link_to_itself_are_rejects(
        self, here: Path, take: Take
    ) -> None:
        (here / "nowhere.txt").symlink_to("absent.txt")
        (here / "self.txt").symlink_to("self.txt")
        outcomes = take(".")
        assert [(item.source, item.reason) for item in outcomes] == [
            ("nowhere.txt", Reason.UNREADABLE),
            ("self.txt", Reason.UNREADABLE),
        ]


def test_a_name_that_is_not_unicode_is_a_source_that_can_be_written(here: Path) -> None:
    with open(os.fsencode(here) + b"/caf\xe9.txt", "w") as file:  # noqa: PTH123 - a name in bytes
        file.write("The name is Latin-1.")
    (source,) = sources(".")
    assert source == r"caf\xe9.txt"
    source.encode("utf-8")


class TestDenied:
    """Needs an account that can be denied something: as root, the tests act as ``nobody``."""

    @pytest.fixture
    def denied(self) -> Iterator[Path]:
        root = Path(tempfile.mkdtemp())
        root.chmod(0o755)
        (root / "open.txt").write_text("Anyone may read this.")
        (root / "secret.txt").write_text("Nobody may read this.")
        (root / "closed").mkdir()
        (root / "closed" / "inside.txt").write_text("Nobody may come here.")
        (root / "secret.txt").chmod(0)
        (root / "closed").chmod(0)
        was_root = os.geteuid() == 0
        if was_root:
            os.seteuid(65534)
        yield root
        if was_root:
            os.seteuid(0)
        (root / "closed").chmod(0o755)
        shutil.rmtree(root)

    def test_a_file_and_a_folder_without_permission_are_rejects(
        self, denied: Path, take: Take
    ) -> None:
        closed, opened, secret = take(denied)
        assert opened.text == "Anyone may read this."
        for reject, name in ((closed, "closed"), (secret, "secret.txt")):
            assert isinstance(reject, Reject)
            assert (reject.source, reject.reason) == (f"{denied}/{name}", Reason.UNREADABLE)
            assert reject.detail == "Permission denied"


@pytest.mark.usefixtures("linked")
@given(st.permutations(["in", "in/b.txt", "in/*.html", "in/deep", "in/2025-1[12]", "in/0-link"]))
def test_the_order_in_which_inputs_are_named_never_matters(order: list[str]) -> None:
    assert sources(*order) == sorted(f"in/{name}" for name in TREE)


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    root, before = tmp_path_factory.mktemp("linked"), Path.cwd()
    for name in TREE:
        path = root / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (root / "in" / "0-link").symlink_to("deep")
    os.chdir(root)
    yield
    os.chdir(before)
