"""Plain text: which lines are the article, which are its fields, which are neither."""

from __future__ import annotations

import re

from dedupe.clean.blocks import Block, Role, Stage
from dedupe.clean.bylines import only_names, read_byline
from dedupe.clean.dates import Found, find_date
from dedupe.clean.fields import Fields
from dedupe.clean.headline import choose_title, is_title
from dedupe.clean.judge import judge
from dedupe.clean.language import detect_language
from dedupe.clean.lines import read_lines
from dedupe.clean.region import best_stretch
from dedupe.clean.repeats import cut_repeats
from dedupe.clean.words import fold

_DOMAIN = re.compile(r"^(?:https?://)?((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12})/?$", re.I)
_GLUED = re.compile(
    r"(?:date|publi[eé]e? le|published|author|auteur|titre|title|source|url)\s{0,2}[:=]?\s{1,2}"
    r"(\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?)\s{1,3}(?=\S)",
    re.I,
)
_LABELS = frozenset(
    "publie publiee published posted updated mis a jour modifie modified on le at the date veroffentlicht "
    "aktualisiert am um stand publicado actualizado el pubblicato aggiornato il alle ore em as gepubliceerd op "
    "bijgewerkt om uur uhr last first created h min lundi mardi mercredi jeudi vendredi samedi dimanche monday "
    "tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag "
    "sonntag lunes martes miercoles jueves viernes sabado domingo lunedi martedi mercoledi giovedi venerdi "
    "sabato domenica mon tue wed thu fri sat sun temps de lecture par by et heure heures pm am est gmt utc cet "
    "edt segunda terca quarta quinta sexta feira maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
    "lecture article redige ecrit publication version # den la y".split()
)
_KEY_POINTS = (
    "les essentiels", "l essentiel", "en bref", "points cles", "les points cles", "ce qu il faut retenir",
    "a retenir", "en resume", "key points", "key takeaways", "at a glance", "in brief", "highlights",
    "das wichtigste", "auf einen blick", "kurz und knapp", "lo esencial", "en resumen", "claves", "in sintesi",
    "in breve", "punti chiave", "em resumo", "pontos principais", "in het kort", "samenvatting",
)  # fmt: skip
_MOST_LABEL_WORDS = 14
_FIELD_WORDS = 25


def read_plain(text: str, fields: Fields) -> list[Block]:
    """Return the blocks of a plain text with everything cut that is not body; fill ``fields``."""
    blocks = read_lines(text)
    if not blocks:
        return blocks
    if fields.language is None:
        fields.state("language", detect_language(_sample(blocks)), "text")
    _unglue(blocks, fields)
    judge(blocks, html=False)
    title = choose_title(blocks, fields.title)
    if title is not None:
        fields.state("title", title.text, "text")
        title.role = Role.TITLE
        title.drop("title", Stage.FIELD)
    elif fields.title is None:
        title = None
    for block in blocks:
        if block.cut is None and is_title(block, fields.title):
            block.drop("title-repeat", Stage.REPEAT)
    _read_field_lines(blocks, fields, title)
    _key_points(blocks, fields)
    standfirst = cut_repeats(_after(blocks, title))
    _cut_outside(blocks, title)
    if standfirst is not None:
        standfirst.role = Role.STANDFIRST
        fields.state("summary", standfirst.text, "standfirst")
    return blocks


def _sample(blocks: list[Block]) -> str:
    longest = sorted(blocks, key=lambda block: -len(block.text))[:8]
    return " ".join(block.text[:1500] for block in longest)


def _after(blocks: list[Block], title: Block | None) -> list[Block]:
    """Return the blocks in which repeats are sought: those below the title, where it leads."""
    if title is None:
        return blocks
    below = [block for block in blocks if block.position > title.position]
    return below if sum(b.prose for b in below) * 2 >= sum(b.prose for b in blocks) else blocks


def _unglue(blocks: list[Block], fields: Fields) -> None:
    """Cut a field that an export glued to the first sentence: ``date 2025-01-31 The sentence``."""
    first = blocks[0]
    match = _GLUED.match(first.text)
    if match is None:
        return
    found = find_date(match[1])
    if found is None:
        return
    fields.state("published_at", found.moment, "text")
    prefix = Block(
        text=first.text[: match.end()].strip(),
        role=Role.PARAGRAPH,
        start=first.start,
        end=first.start + len(first.text[: match.end()].rstrip()),
        path=first.path,
        gap=first.gap,
    )
    prefix.drop("glued-field", Stage.FIELD)
    rest = Block(
        text=first.text[match.end() :],
        role=first.role,
        start=first.start + match.end(),
        end=first.end,
        path=first.path,
    )
    blocks[:1] = [prefix, rest]
    for position, block in enumerate(blocks):
        block.position = position


def _read_field_lines(blocks: list[Block], fields: Fields, title: Block | None) -> None:
    dated: int | None = None
    limit = _body_start(blocks)
    for index, block in enumerate(blocks):
        if (block.cut and block.cut.stage is Stage.FIELD) or block.words > _FIELD_WORDS:
            continue
        if block.prose and block.words > _MOST_LABEL_WORDS:
            continue
        head = index <= limit or (title is not None and title.position >= index - 3)
        domain = _DOMAIN.match(block.text)
        if domain and head and block.cut is None:
            fields.state("site", domain[1].lower(), "text")
            block.drop("site-line", Stage.FIELD)
            continue
        found = find_date(block.text, fields.language)
        authors = _authors(block.text)
        if found and _is_date_line(block, found, bool(authors)):
            if head and block.cut is None:
                fields.state("published_at", found.moment, "text")
                if authors:
                    fields.state("authors", authors, "byline")
                _more_precise(fields, found)
                dated = index if dated is None else dated
            block.drop("date-line", Stage.FIELD)
        elif authors and head and block.cut is None:
            fields.state("authors", authors, "byline")
            block.drop("byline", Stage.FIELD)
    if dated is not None:
        for index in (dated - 1, dated + 1, dated - 2):
            if 0 <= index < len(blocks) and blocks[index].cut is None:
                found_names = only_names(blocks[index].text)
                if found_names and index <= limit and fields.state("authors", found_names, "byline"):
                    blocks[index].drop("byline", Stage.FIELD)


def _authors(text: str) -> list[str]:
    for part in re.split(r"\s\|\s|\s[·•–—-]\s", text)[:6]:
        found = read_byline(part)
        if found:
            return found
    return []


def _more_precise(fields: Fields, found: Found) -> None:
    """A second date line of the same day may add the time."""
    day = fields.published_at
    if (
        fields.provenance.get("published_at") == "text"
        and day is not None
        and not hasattr(day, "hour")
        and hasattr(found.moment, "hour")
        and str(found.moment)[:10] == str(day)[:10]
    ):
        fields.published_at = found.moment


def _is_date_line(block: Block, found: Found, authored: bool) -> bool:
    rest = fold(block.text[: found.start] + " " + block.text[found.end :])
    unknown = [word for word in rest.split() if word not in _LABELS]
    return not unknown or authored or (len(unknown) <= 2 and block.words <= _MOST_LABEL_WORDS and not block.ends and any(
        word in _LABELS for word in rest.split()))


def _body_start(blocks: list[Block]) -> int:
    stretch = best_stretch(blocks)
    return stretch[0] + 2 if stretch else len(blocks)


def _key_points(blocks: list[Block], fields: Fields) -> None:
    """A publisher's box of key points above the body is its summary."""
    live = [block for block in blocks if block.cut is None]
    for at, block in enumerate(live[:6]):
        if block.prose or not block.folded.startswith(_KEY_POINTS):
            continue
        items = []
        for other in live[at + 1 :]:
            if other.role is not Role.ITEM:
                break
            items.append(other)
        if len(items) >= 2 and len(live) > at + 1 + len(items):
            fields.state("summary", "\n".join(item.text for item in items), "key-points")
            for other in [block, *items]:
                other.role = Role.STANDFIRST
                other.drop("key-points", Stage.FIELD)
            return


def _cut_outside(blocks: list[Block], title: Block | None) -> None:
    stretch = best_stretch(blocks)
    if stretch is None:
        _cut_without_prose(blocks, title)
        return
    first, last = stretch
    while last + 1 < len(blocks) and _continues(blocks[last + 1]):
        last += 1
    for index, block in enumerate(blocks):
        if index < first:
            block.drop("before-article", Stage.OUTSIDE)
        elif index > last:
            block.drop("after-article", Stage.OUTSIDE)


def _continues(block: Block) -> bool:
    return block.cut is None and block.ends and block.words > 3 and not block.gap


def _cut_without_prose(blocks: list[Block], title: Block | None) -> None:
    """A flash of a line or two: what is left and reads as a sentence is the body."""
    for block in blocks:
        if block.words < 3 and not block.ends:
            block.drop("label", Stage.LINE)
