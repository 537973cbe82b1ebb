"""A body that its site splits, mislabels or interrupts is still one body."""

from __future__ import annotations

import datetime as dt

from dedupe import clean
from tests.newsroom import story

PARAGRAPHS = story(3, 14).plain.split("\n\n")[1:]


def _page(*boxes: str) -> str:
    return f"<html><body><main><h1>Bridge opens</h1>{''.join(boxes)}</main></body></html>"


def _box(names: str, paragraphs: list[str], extra: str = "") -> str:
    text = "".join(f"<p>{p}</p>" for p in paragraphs)
    return f"<div class='outer'><div class='{names}'>{text}{extra}</div></div>"


def test_a_name_that_one_box_belies_is_not_believed_of_the_others() -> None:
    links = " ".join(f"<a href='/{n}'>a person named in the story</a>" for n in range(4))
    page = _page(
        _box("sidebar layout", PARAGRAPHS[:2], f"<p>It was said by {links}, among others.</p>"),
        "<figure><img src=x></figure>",
        _box("sidebar layout", PARAGRAPHS[2:10]),
    )
    text = clean(page).text
    assert all(paragraph in text for paragraph in PARAGRAPHS[:10])


def test_a_side_column_of_links_goes_all_the_same() -> None:
    links = "".join(
        f"<p><a href='/{n}'>Another story of the day, number {n}</a></p>" for n in "abcd"
    )
    page = _page(_box("body", PARAGRAPHS[:8]), f"<div class='sidebar'>{links}</div>")
    assert "Another story" not in clean(page).text


def test_bodies_of_one_name_with_a_gallery_between_are_one() -> None:
    gallery = "<div><span>Photos</span><a href='/g'>All photos of the day in our gallery</a></div>"
    page = _page(
        _box("article-body", PARAGRAPHS[:6]), gallery, _box("article-body", PARAGRAPHS[6:10])
    )
    text = clean(page).text
    assert all(paragraph in text for paragraph in PARAGRAPHS[:10])


def test_the_next_story_under_a_heading_of_its_own_is_not_the_same_body() -> None:
    other = [p for p in story(8, 9).plain.split("\n\n")[1:] if p not in PARAGRAPHS]
    page = _page(
        _box("article-body", PARAGRAPHS[:8]),
        "<h1>Another story altogether, loaded below</h1>",
        _box("article-body", other[:4]),
    )
    text = clean(page).text
    assert PARAGRAPHS[0] in text
    assert other[0] not in text


def test_an_advertisements_label_between_paragraphs_goes_and_a_heading_stays() -> None:
    label = "<div>Advertisement</div>"
    one, two, three, four = (f"<p>{p}</p>" for p in PARAGRAPHS[:4])
    text = clean(
        _page("<div>", one, label, two, label, three, "<h2>Comment</h2>", four, "</div>")
    ).text
    assert "Advertisement" not in text
    assert PARAGRAPHS[3] in text


def test_a_heading_and_the_sites_name_after_it_are_the_heading() -> None:
    head = "<title>Bridge opens – The Valley Daily</title>"
    graph = "<meta property='og:title' content='Bridge opens - The Valley Daily'>"
    body = _box("body", PARAGRAPHS[:6])
    page = f"<html><head>{head}{graph}</head><body><h1>Bridge opens</h1>{body}</body></html>"
    assert clean(page).title == "Bridge opens"


def test_the_day_in_an_address_is_the_last_resort_for_a_date() -> None:
    page = _page(_box("body", PARAGRAPHS[:6]))
    dated = "https://valley.example/2025/04/01/bridge-opens/"
    assert clean(page, url=dated).published_at == dt.date(2025, 4, 1)
    stated = page.replace("<main>", "<main><time datetime='2025-03-30'>30 March</time>")
    assert str(clean(stated, url=dated).published_at)[:10] == "2025-03-30"
    for other in ("2025/13/01", "2025/04", "1850/04/01", "reports/20250401"):
        assert clean(page, url=f"https://valley.example/{other}/bridge/").published_at is None
