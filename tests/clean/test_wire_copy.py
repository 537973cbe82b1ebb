"""Agency copy as plain text: wrapped at a fixed width, a dateline first, no blank lines.

Most rows of a JSON dump are such text already. Whatever is cut around it, the story is kept.
"""

from __future__ import annotations

import pytest

import dedupe
from dedupe.words import word_count

STORY = """\
HAVENPORT  (Northwire) - The ferry company Tidewater ( TDWC.H ) carried
a third more lorries this autumn than the last, its director told
a meeting of hauliers, and means to order two boats before
the winter is out.  The line, which owns most quays on the northern shore, has run
ahead of its timetable since spring, helped by new cranes
and by a warehouse that opens at four in the morning.  Rival boats of
Harrow Lines ( HRWL.H ) and Pelagic ( PLGF.H ) stayed in dock
for half of September.  "We had the weather and
we had the crews, so nobody should ask for a miracle twice," said the
director, Oona Marsh.  A lorry pays 57.40 crowns for the crossing since July,
six more than in the year before, and
few drivers seem to mind. Fuel took a quarter of
what they paid.  The harbour board wants the tariff
lowered by two crowns before Easter.  Four brokers
in town expect a dividend of 7.3 crowns a share, against
none in the year in which the company sold its oldest dock."""

CORRECTION = """\
Northwire corrects the number of boats to two in the
first paragraph, where an earlier report spoke of three."""


@pytest.mark.parametrize(
    "text",
    [
        STORY,
        f"{CORRECTION}\n \n\n\n  By  Ines Calder , transport correspondent {STORY}",
        f"By  Ines Calder , transport correspondent {STORY}",
        f"(Adds details, analyst comment, share price)\n\n{STORY}",
        f"{STORY}\n\n  ($1=6.47 crowns)   (Additional reporting by  Tom Reyes  in SELBY)",
        f"{STORY}\n\n\n{STORY.replace('Tidewater', 'Longshore').replace('57', '12')}",
        STORY.replace("\n", " "),
    ],
    ids=[
        "story",
        "correction-byline-story",
        "byline-glued-to-the-story",
        "slug",
        "exchange-rate-and-credits",
        "two-items",
        "one-line",
    ],
)
def test_the_story_is_kept(text: str) -> None:
    article = dedupe.clean(text, media_type="text/plain")
    kept = word_count(article.text) + word_count(article.title or "")
    assert kept >= 0.9 * word_count(text), [
        (cut.stage, cut.rule, cut.text[:60]) for cut in article.removals
    ]
