"""The language of a text, by script and by its commonest words. No model, no download.

Function words make up a third to a half of running text in the languages listed, and the lists
overlap little; a text of a few sentences is enough. Nothing is returned where the evidence is thin.
"""

from __future__ import annotations

import re
from functools import cache

_WORDS = {
    "fr": "le la les des du un une et est dans pour que qui sur pas au aux avec ce cette son ses il elle nous vous ils par plus mais ou été ont sont leur où être à en l d s qu n c",
    "en": "the of and to in is that for on with was as are by this have from at it he she be has which their not been will were would you they his her its but or an who",
    "de": "der die das und ist in den von zu mit dem nicht für auf ein eine im des sich auch es an als wie bei wird aus nach einer werden hat dass sind noch zum zur über sie er wir haben",
    "es": "el la los las de que y en un una por con para del se no es al lo como más su sus este esta pero son fue ha han sobre entre ser también desde está muy hasta",
    "it": "il la di che e un una per non con del della dei delle nel nella sono è gli le lo al alla da come più anche ha si su ma ed dal questo questa essere stato i",
    "pt": "o a os as de que e do da dos das em um uma para com não no na nos nas por se mais ao é como foi são mas pelo pela ser também já sua seu entre está até",
    "nl": "de het een van en in is dat op te zijn voor met die niet aan er om ook als bij maar naar door over uit werd wordt heeft hebben nog kan deze dit was geen zich",
    "sv": "och att det som en på är av för med den till har de inte om ett han men var jag från vi kan så hade när eller ska också under efter",
    "da": "og at det som en på er af for med den til har de ikke om et han men var jeg fra vi kan så da ved også eller blev være efter",
    "no": "og at det som en på er av for med den til har de ikke om et han men var jeg fra vi kan så når ved også eller ble være etter",
    "fi": "ja on ei se että oli hän ovat mutta myös kun niin kuin joka sen ole tai vain mukaan jo nyt sekä",
    "pl": "i w na z do się nie to że jest o jak po przez za dla od ale są ma tak jego który które oraz już być tym",
    "cs": "a v na se je to že s z do o k pro za po jako ale od jeho by si tak jsou který která které nebo byl bylo při",
    "sk": "a v na sa je to že s z do o k pre za po ako ale od jeho by si tak sú ktorý ktorá ktoré alebo bol bolo pri",
    "ro": "și în de la cu pe din a care nu este un o pentru că au mai ca sau fost prin al ale lui sunt dar după",
    "hu": "a az és hogy nem is egy ez meg csak van volt már de mint ha még el azt szerint után",
    "tr": "ve bir bu da de için ile olarak çok daha gibi en olan var ne kadar sonra ama değil ise oldu",
    "id": "yang dan di dari untuk dengan pada ini itu tidak dalam akan ke juga adalah oleh karena sebagai telah",
    "vi": "và của là có trong cho được với các không người một những này đã khi tại về từ",
    "ca": "el la els les de que i en un una per amb del no és al com més seva aquest aquesta són ha va també ser dels",
}  # fmt: skip
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("bn", re.compile(r"[\u0980-\u09ff]")),
    ("ta", re.compile(r"[\u0b80-\u0bff]")),
    ("ka", re.compile(r"[\u10a0-\u10ff]")),
    ("hy", re.compile(r"[\u0530-\u058f]")),
)
_BEYOND_LATIN = re.compile(r"[\u0370-\u1cff\u3040-\ud7af]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_TOKEN = re.compile(r"[^\W\d_]+")
_SAMPLE = 6000
_SCRIPT_SHARE = 0.15
_LEAST_WORDS = 4
_LEAST_SHARE = 0.14
_MARGIN = 1.08


@cache
def _index() -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for language, words in _WORDS.items():
        for word in words.split():
            index.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in index.items()}


def detect_language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language ``text`` is in; None if it is not clear."""
    sample = text[:_SAMPLE]
    if not sample.isascii():
        found = _by_script(sample)
        if found:
            return found
    words = _TOKEN.findall(sample.lower())
    if len(words) < _LEAST_WORDS:
        return None
    index = _index()
    votes: dict[str, float] = {}
    for word in words:
        languages = index.get(word)
        if languages:
            for language in languages:
                votes[language] = votes.get(language, 0.0) + 1.0 / (1 + 0.25 * len(languages))
    ranked = sorted(votes.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < _LEAST_SHARE * len(words):
        return None
    if len(ranked) > 1 and ranked[0][1] < _MARGIN * ranked[1][1]:
        return None
    return ranked[0][0]


def _by_script(sample: str) -> str | None:
    least = _SCRIPT_SHARE * len(sample)
    if len(_BEYOND_LATIN.findall(sample)) < least:
        return None
    for language, pattern in _SCRIPTS:
        if len(pattern.findall(sample)) >= least:
            return language
    if len(_ARABIC.findall(sample)) >= least:
        return "fa" if any(c in sample for c in "پچژگ") else "ar"
    if len(_CYRILLIC.findall(sample)) >= least:
        ukrainian = sum(sample.count(c) for c in "іїєґ")
        return "uk" if ukrainian > sum(sample.count(c) for c in "ыэъё") else "ru"
    return None
