"""Names out of bylines: persons and agencies, as a list.

A byline is read only where it says that it is one ("By ...", "Auteur : ..."), or where a line of
nothing but names stands beside the line that holds the date. Brands, addresses and the words around
names are not names.
"""

from __future__ import annotations

import re

from dedupe.clean.lexicon import section
from dedupe.clean.lexicon import words as listed
from dedupe.clean.words import fold, squash

_LEAD = re.compile(
    r"^\s{0,3}(?:(?:article|texte?|text|story|report|words|written|écrit|rédigé|ecrit|posted|publié|published|"
    r"propos recueillis|recueilli|interview|reportage|un texte|une enquête|un reportage|analyse|"
    r"geschrieben|verfasst|escrito|scritto|geschreven|"
    r"a cura|publicado|pubblicato|veröffentlicht|gepubliceerd)\s{1,2})?"
    r"(?:par|by|von|por|di|da|de|door|av|af|przez)\s{0,2}:?\s{1,2}(?=[A-ZÀ-ÖØ-ÞŁŚŻĆŠŽČ\"“])",
    re.IGNORECASE,
)
_BARE_DE = re.compile(r"^\s{0,3}(?:de|di|da)\s", re.IGNORECASE)
_LABEL = re.compile(
    r"^\s{0,3}(?:auteurs?|auteure|autrice|authors?|autor(?:en|in|es|a)?|autore|autori|par|by|von|por|di|door|"
    r"texte?|text|rédaction|rédacteur|journaliste|reporter|byline|redactie|texto|testo)\s{0,2}[:：]\s{0,2}",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s{0,2}(?:,|;|\||•|·|/|&|\n|\s(?:et|and|und|y|e|en|och|og|avec|with|mit|con|com|met)\s)\s{0,2}",
    re.IGNORECASE,
)
_TRAIL = re.compile(
    r"\s{0,2}(?:[\[(<|–—@•·]|https?:|\bpublié|\bpublished|\bupdated|\bposted|\bmis à jour"
    r"|\b(?:[dD][’']|[eE]nvoyé|[cC]orrespond|[jJ]ournalist|[rR]eporter|[sS]pecial|[pP]hoto)"
    r"|\ble \d|\bà \d|\bon [A-Z\d]"
    r"|(?<=\w )[\w-]{1,30}\.(?:com|org|net|co\.uk|fr|de)\b"
    r"|\bam \d|\bel \d|\bil \d|\bpour\b|\bfor\b|\bfür\b|\bin [A-Z]|\bà [A-Z]|\s-\s|\d).*",
    re.IGNORECASE | re.DOTALL,
)
_PREFIX = re.compile(
    r"^(?:par|by|von|por|di|da|door|de notre envoyée?|propos recueillis par|recueilli par|"
    r"written by|"
    r"posted by|author|auteur|autor|autore|text|texte|interview|the|la|el)\s{0,2}:?\s{1,2}(?=\S)",
    re.IGNORECASE,
)
_WORD = re.compile(
    r"^(?:[A-ZÀ-ÖØ-ÞŁŚŻĆŠŽČĐŞİА-ЯΑ-Ω][\w'’.\-]{0,25}|de|da|di|del|della|van|von|der|den|la|le|du|des|dos|"
    r"das|el|al|bin|ben|ibn|y|e|d'|ter|ten|zu|af|av|mc|st\.?|[\u3040-\u9fff\uac00-\ud7af·]{2,12})$"
)
_PARTICLES = frozenset(listed("fields", "particles"))
_NOT_NAMES = frozenset(listed("fields", "not_names"))
_AGENCIES = frozenset(listed("fields", "agencies"))
_WEEKDAYS = frozenset(listed("fields", "weekdays"))
_MONTHS = frozenset(month for names in section("months").values() for month in names)
_MOST_WORDS = 5
_LONGEST = 60
_LONGEST_LINE, _LONGEST_NAMES = 300, 120
_INITIALS = 2
_FULL_NAME = 2


def read_byline(text: str) -> list[str]:
    """Return the names in a line that declares itself a byline; none if it does not."""
    match = _LABEL.match(text) or _LEAD.match(text)
    if match is None or len(text) > _LONGEST_LINE or _BARE_DE.match(text):
        return []
    return names(text[match.end() :])


def names(text: str) -> list[str]:
    """Return the persons and agencies listed in ``text``, without doubles, in order."""
    found: list[str] = []
    credit = read_credit(text)
    if credit:
        return [credit]
    for part in _SPLIT.split(squash(text)[:400]):
        name = clean_name(part)
        if name and fold(name) not in {fold(other) for other in found}:
            found.append(name)
    return found


def only_names(text: str) -> list[str]:
    """Return the names if ``text`` is nothing but names of two words or more, or agencies."""
    if len(text) > _LONGEST_NAMES:
        return []
    parts = [part for part in _SPLIT.split(squash(text)) if part.strip()]
    found = [clean_name(part) for part in parts]
    if not parts or any(name is None for name in found):
        return []
    good = [name for name in found if name]
    if all(len(name.split()) > 1 or is_agency(name) for name in good):
        return good
    return []


_CREDIT = re.compile(
    r"^(?:par |by |von |por |da |door )?(.{2,40}?) "
    r"(?:avec|with|mit|con|com|met|et|and) (?:l['’])?(.{2,30})$",
    re.IGNORECASE,
)
_BRAND = re.compile(
    r"\.(?:fr|com|net|org|de|es|it|pt|nl|be|ch|info)\b|^(?:le|la|les|the|die|der|el|il) ",
    re.IGNORECASE,
)


def read_credit(text: str) -> str | None:
    """Return a paper's credit with an agency ("Le Monde with AFP") as the one name that it is."""
    match = _CREDIT.match(squash(text)[:90])
    if match and is_agency(match[2]) and _BRAND.search(match[1]) and not read_byline(match[1]):
        return f"{squash(text)[match.start(1) :]}"
    return None


def is_agency(text: str) -> bool:
    """Whether ``text`` names a news agency."""
    return fold(text) in _AGENCIES


def clean_name(text: str) -> str | None:  # noqa: PLR0911 - one return for each reason
    """Return a person's or an agency's name out of ``text``; None if it holds none."""
    text = squash(text).strip(' ,;:-–—|."“”*')
    if is_agency(text):
        return text
    text = _PREFIX.sub("", text)
    if is_agency(text):
        return text
    text = _TRAIL.sub("", text).strip(' ,;:-–—|"“”*')
    if not text or len(text) > _LONGEST or "@" in text or fold(text) in _NOT_NAMES:
        return None
    words = text.split()
    if len(words) > _FULL_NAME and words[-1].lower() in _WEEKDAYS:
        words.pop()  # the day on which it was written: "By Ada Varnier Tuesday"
        text = " ".join(words)
    if len(words) == 1 and fold(text) in _MONTHS:
        return None
    if len(words) > _MOST_WORDS or not all(_WORD.match(word) for word in words):
        return None
    if all(word.lower() in _PARTICLES for word in words):
        return None
    if any(fold(word) in _NOT_NAMES for word in words):
        return None
    return _natural_case(text)


def _natural_case(text: str) -> str:
    if text.isupper() and len(text.split()) > 1:
        return " ".join(w if len(w) <= _INITIALS else w.title() for w in text.split())
    return text
