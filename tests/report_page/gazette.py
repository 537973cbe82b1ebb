"""Articles for the report's tests and screenshots: local news as several sites would carry it.

Everything comes from a number, so that two runs of the tests see the same pages.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from html import escape
from pathlib import Path

SITES = (
    "harbour-echo.example",
    "valley-post.example",
    "norddeich-kurier.example",
    "telegraph.example",
)
PLACES = ("Marlow Bay", "Ellerton", "Brackwater", "Saint-Aubin", "Kilmory", "Tavistone")
PEOPLE = ("Ines Calder", "Tom Ashgrove", "Mara Lindqvist", "Paul Verdier", "Ruth Okafor")
SUBJECTS = (
    ("The ferry to {place} runs again", "The crossing had closed after the winter storms"),
    ("{place} keeps its library open", "The council had meant to close the building"),
    ("New footbridge for {place}", "Engineers had warned about the old timber for years"),
    ("School in {place} gains a kitchen", "Until now meals came by van from the next valley"),
    ("Frost spares the orchards of {place}", "Growers had lit small fires between the rows"),
    ("A whale for the museum in {place}", "Two walkers had found the skeleton in October"),
    ("Curtain up in {place}", "The theatre has been restored by volunteers over six years"),
    ("Fewer boats, more visitors in {place}", "The harbour office has published its count"),
)
_OPENING = (
    "{who} announced it on {day} before some {n} residents.",
    "On {day} {who} confirmed what many in {place} had hoped for.",
    "It took {n} meetings, said {who} on {day}, but the decision stands.",
)
_WHO = [
    "A shopkeeper near the square",
    "The harbour master",
    "The county engineer",
    "A retired ferryman",
    "The parents' council",
    "A teacher from {other}",
    "The local brass band",
    "An insurance firm",
    "The treasurer",
    "One neighbour",
    "The volunteers",
    "A class of ten-year-olds",
    "The fire brigade",
    "The mayor's deputy",
    "The new tenant",
    "A biologist",
    "The bus company",
    "The choir",
    "The architect",
    "A delegation from {other}",
]
_DID = [
    "spoke of",
    "has paid for",
    "measured",
    "asked for",
    "still doubts",
    "had long promised",
    "gave up",
    "counted",
    "wants to replace",
    "painted",
    "rescued",
    "objected to",
    "borrowed",
    "published",
    "lent",
    "cannot explain",
    "is proud of",
    "would rather have",
    "has repaired",
    "remembers",
]
_WHAT = [
    "{n} lost parking spaces",
    "a petition with {n} names",
    "the missing railings",
    "a second entrance",
    "every one of the oak beams",
    "the noisy generator",
    "a loan of {n} thousand pounds",
    "{n} chairs",
    "the minutes of the meeting",
    "a set of old photographs",
    "the flood barrier",
    "two cranes",
    "the opening hours",
    "a grant from the county",
    "the steep path behind the church",
    "a new boiler",
    "the timetable of line {n}",
    "a wooden model",
    "the first storm of autumn",
    "{n} tonnes of gravel",
]
_WHY = [
    "although rain set in early",
    "after a long quarrel",
    "without asking anyone",
    "since last spring",
    "to the surprise of {who}",
    "for want of a better idea",
    "as the law requires",
    "at the third attempt",
    "because the old one had failed",
    "in spite of the cost",
    "with a smile",
    "before the season begins",
    "under the eyes of {n} visitors",
    "as agreed in {other}",
    "until the end of the month",
    "by hand",
    "when nobody expected it",
    "out of the reserve fund",
    "within {n} days",
    "for the first time in years",
]
_CLOSING = (
    "The council will look at the figures again in {n} months.",
    "A second stage is planned, but nobody in {place} wants to name a date.",
    "{who} put it briefly: we are glad, and we are tired.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A text and where it stands."""

    title: str
    paragraphs: tuple[str, ...]
    site: str
    url: str
    published: str
    author: str


def story(number: int) -> Story:
    """The story of a number."""
    chance = random.Random(number)
    title, reason = SUBJECTS[number % len(SUBJECTS)]
    place, other = chance.sample(PLACES, 2)
    who, author = chance.sample(PEOPLE, 2)

    def fill(text: str) -> str:
        days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
        return text.format(
            place=place, other=other, who=who, n=chance.randint(12, 980), day=chance.choice(days)
        )

    def said() -> str:
        return fill(" ".join(chance.choice(bank) for bank in (_WHO, _DID, _WHAT, _WHY)) + ".")

    paragraphs = (
        f"{fill(chance.choice(_OPENING))} {reason}.",
        " ".join(said() for _ in range(4)),
        " ".join(said() for _ in range(4)),
        f"{said()} {said()} {fill(chance.choice(_CLOSING))}",
    )
    site = SITES[number % len(SITES)]
    month = 1 + number % 9
    return Story(
        title=fill(title),
        paragraphs=paragraphs,
        site=site,
        url=f"https://{site}/2025/{month:02d}/{number}",
        published=f"2025-{month:02d}-{1 + number % 28:02d}T08:{number % 60:02d}:00Z",
        author=author,
    )


def elsewhere(original: Story, site: str, edit: int = 0) -> Story:
    """The same story on another site, the more altered the greater ``edit`` is."""
    chance = random.Random(f"{original.url} {site}")
    paragraphs = list(original.paragraphs)
    if edit >= 1:
        paragraphs[-1] += f" This report first appeared in {original.site}."
    if edit >= 2:
        paragraphs[1] = paragraphs[1].replace(" the ", " this ", 2).replace(". A ", ". Another ")
    if edit >= 3:
        other = story(chance.randint(5000, 6000)).paragraphs
        paragraphs[2] = other[2]
    if edit >= 4:
        paragraphs[1] = story(chance.randint(6000, 7000)).paragraphs[1]
    return Story(
        title=original.title if edit < 2 else f"{original.title}, residents pleased",
        paragraphs=tuple(paragraphs),
        site=site,
        url=original.url.replace(original.site, site) + f"-{edit}",
        published=original.published,
        author=original.author,
    )


def page(shown: Story) -> str:
    """The story as a web page with all that surrounds one."""
    body = "".join(f"<p>{escape(text)}</p>" for text in shown.paragraphs)
    return (
        f"<!doctype html><html lang='en'><head><title>{escape(shown.title)} | {shown.site}</title>"
        f"<meta property='og:site_name' content='{shown.site}'>"
        f"<meta property='article:published_time' content='{shown.published}'></head><body>"
        "<nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport</a></li></ul></nav>"
        "<div class='bar'><p>We use cookies to improve your visit. Accept all cookies.</p></div>"
        f"<article><h1>{escape(shown.title)}</h1><p class='byline'>By {shown.author}</p>{body}"
        "<p>Sign up for our newsletter to get the best stories in your inbox.</p></article>"
        "<aside><h2>Read also</h2><ul><li><a href='/1'>Five walks by the sea</a></li></ul></aside>"
        "<footer><p>All rights reserved.</p></footer></body></html>"
    )


def row(shown: Story) -> dict[str, object]:
    """The story as a row of JSONL."""
    return {
        "url": shown.url,
        "title": shown.title,
        "text": "\n\n".join(shown.paragraphs),
        "author": shown.author,
        "published_at": shown.published,
        "site": shown.site,
        "language": "en",
    }


def inbox(folder: Path, numbers: range) -> Path:
    """A folder of what arrives in one go: rows, pages, copies, and files that are no articles."""
    folder.mkdir(parents=True)
    stories = [story(number) for number in numbers]
    rows = [row(one) for one in stories]
    for at, one in enumerate(stories):
        others = [site for site in SITES if site != one.site]
        if at % 4 == 0:
            rows += [
                row(elsewhere(one, site, edit)) for edit, site in enumerate(others[: 1 + at % 3])
            ]
        if at % 6 == 1:
            rows += [row(elsewhere(one, site, 2 + at % 3)) for site in others[:2]]
        if at % 5 == 2:
            (folder / f"{at:03d}.html").write_text(page(elsewhere(one, others[0], 1)), "utf-8")
    lines = [json.dumps(each, ensure_ascii=False) for each in rows]
    lines += ['{"title": "cut off', '{"title": "no text in this one"}']
    (folder / "feed.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    return folder
