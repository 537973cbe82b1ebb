"""What spares work on most texts gives what the work would have given."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.clean import language, lines, repeats, words
from dedupe.clean.blocks import Block, Role
from dedupe.clean.language import detect_language
from tests.clean.samples import PARAGRAPHS

WESTERN = "".join(
    char
    for encoding in ("cp1252", "latin-1")
    for code in range(256)
    if (char := bytes([code]).decode(encoding, "ignore")) != ""
)
ENCODABLE = [st.characters(codec="latin-1"), st.sampled_from(WESTERN)]
ANY = st.text(
    st.one_of(
        st.sampled_from(" \t\u00a0\u2009\u3000aAzéßœÆ019#.,’“–\u200b日本ไทย한"), st.characters()
    ),
    max_size=300,
)


@settings(deadline=None)
@given(st.one_of(*(st.text(each, max_size=200) for each in ENCODABLE)))
def test_folding_by_table_is_folding_character_by_character(text: str) -> None:
    assert words._fold(text) == words._fold_any(text)
    letters = words.letters(text)
    assert letters is None or letters == re.sub("[ #]", "", words._fold_any(text))


@settings(deadline=None)
@given(ANY)
def test_words_are_counted_as_they_are_split(text: str) -> None:
    unspaced = re.findall(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]", text)
    beyond = re.findall(r"[\U00020000-\U0003ffff]", text)
    expected = len(text.split()) + (len(unspaced) + len(beyond)) // 2
    assert words.count_words(text) == expected
    ascii_only = text.encode("ascii", "ignore").decode() * 9
    assert words.count_words(ascii_only) == len(ascii_only.split())


@settings(deadline=None)
@given(ANY)
def test_lines_are_found_with_the_offsets_at_which_they_stand(text: str) -> None:
    blocks = lines.read_lines(text)
    assert [block.position for block in blocks] == list(range(len(blocks)))
    for before, after in pairwise(blocks):
        assert before.end <= after.start
    for block in blocks:
        passage = text[block.start : block.end]
        assert passage == passage.strip()
        if len(passage.splitlines()) == 1:
            assert passage.endswith(block.text)
    shown = re.sub(r"[\s\u200b\u200c\u200d\u2060\ufeff\u00ad]+", "", text)
    found = "".join(text[block.start : block.end] for block in blocks)
    assert re.sub(r"[\s\u200b\u200c\u200d\u2060\ufeff\u00ad]+", "", found) == shown


WORDS = ["Brücke", "Gemeinderat", "harbour", "session", "session2", "council's", "le", "1999", "de"]
PASSAGE = st.lists(st.sampled_from([*WORDS, *PARAGRAPHS[0].split()]), min_size=1, max_size=60)


@settings(deadline=None)
@given(st.lists(PASSAGE, min_size=1, max_size=4), PASSAGE, st.integers(1, 4))
def test_a_last_block_that_shares_nothing_is_nobodys_twin(
    before: list[list[str]], last: list[str], times: int
) -> None:
    texts = [*(" ".join(passage) for passage in before), " ".join(last * times)]
    found = []
    for least in (repeats._LEAST_WORDS, 10**9):  # words from which the long way is spared
        live = [Block(text, Role.PARAGRAPH) for text in texts]
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(repeats, "_MANY_WORDS", least)
            twins = repeats._find(live)
        found.append({at: (twin.of, twin.share, twin.exact) for at, twin in twins.items()})
    assert found[0] == found[1]


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from(["en", "fr"]))
def test_a_few_sentences_tell_the_language_that_all_tell(
    first: int, second: int, code: str
) -> None:
    text = {
        "en": "The council said on Tuesday that it would not close the bridge in the winter. ",
        "fr": "Le conseil a dit mardi qu'il ne fermerait pas le pont de la ville en hiver. ",
    }[code] * 40
    sample = text[first:-second] if second else text[first:]
    whole = language._by_words(sample[:3000], language._LEAST_SHARE, language._MARGIN)
    assert detect_language(sample) == whole == code


def test_two_languages_side_by_side_are_told_from_all_of_the_text() -> None:
    english = "The council said on Tuesday that it would not close the bridge in the winter. "
    french = "Le conseil a dit mardi qu'il ne fermerait pas le pont de la ville en hiver. "
    assert detect_language((english + french) * 20) == language._by_words(
        ((english + french) * 20)[:3000], language._LEAST_SHARE, language._MARGIN
    )


@settings(deadline=None)
@given(st.lists(PASSAGE, min_size=2, max_size=6), st.data())
def test_blocks_of_new_words_need_not_be_compared(
    passages: list[list[str]], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(passages), max_size=3))
    texts = [" ".join(passage) for passage in [*passages, *again]]
    found = []
    for near in (repeats._NEAR, 0.0):  # with none to be near, every block is compared
        live = [Block(text, Role.PARAGRAPH) for text in texts]
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(repeats, "_FEW", 0)
            patched.setattr(repeats, "_KNOWN", near)
            twins = repeats._find(live)
        found.append({at: (twin.of, twin.share, twin.exact) for at, twin in twins.items()})
    assert found[0] == found[1]
