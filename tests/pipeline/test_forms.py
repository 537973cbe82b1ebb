"""The same pages in every form end in the same clusters; what is broken in a form is a reject."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.acquire.archives_of import about, archive, response
from tests.desk import Desk, outcomes
from tests.newsroom import story

URLS = [f"https://site-{n % 3}.example/articles/{n}" for n in range(10)]


def pages() -> list[str]:
    """Ten pages of six stories: copies, one re-titled, one in other boxes, one longer."""
    made = [story(n) for n in range(6)]
    made += [made[0], made[1], made[2].longer(), made[0]]
    shown = []
    for number, (each, url) in enumerate(zip(made, URLS, strict=True)):
        menu = f"<nav><ul><li><a href='/{number}'>Section {number}</a></li></ul></nav>"
        page = each.page(before=menu if number > 5 else "")
        page = page.replace("<title>", "<title>Again: ") if number == 7 else page
        shown.append(page.replace("<head>", f'<head><link rel="canonical" href="{url}">'))
    return shown


def as_warc(folder: Path, *, compressed: bool = True) -> None:
    records = []
    for number, (url, page) in enumerate(zip(URLS, pages(), strict=True)):
        records += [*about(number), response(url, page.encode())]
    name = "crawl.warc.gz" if compressed else "crawl.warc"
    (folder / name).write_bytes(archive(records, compressed=compressed))


def as_files(folder: Path) -> None:
    for number, page in enumerate(pages()):
        (folder / f"{number}.html").write_text(page)


def as_jsonl(folder: Path) -> None:
    rows = (json.dumps({"url": url, "html": page}) for url, page in zip(URLS, pages(), strict=True))
    (folder / "pages.jsonl").write_text("\n".join(rows))


def as_parquet(folder: Path) -> None:
    html = pa.array([page.encode() for page in pages()], pa.binary())
    pq.write_table(pa.table({"url": URLS, "html": html}), folder / "p.parquet", row_group_size=4)


def as_feed(folder: Path) -> None:
    items = "".join(
        f"<item><link>{url}</link><content:encoded><![CDATA[{page}]]></content:encoded></item>"
        for url, page in zip(URLS, pages(), strict=True)
    )
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    (folder / "feed.xml").write_text(f"<rss {space}><channel>{items}</channel></rss>")


def as_mhtml(folder: Path) -> None:
    for number, (url, page) in enumerate(zip(URLS, pages(), strict=True)):
        message = EmailMessage()
        message["Snapshot-Content-Location"] = url
        message.set_content(page, subtype="html")
        message.make_related()
        (folder / f"{number}.mhtml").write_bytes(message.as_bytes())


def clusters(desk: Desk) -> set[frozenset[str]]:
    by_id = {row["id"]: {row["url"]} for row in desk.rows("articles")}
    for row in desk.rows("duplicates"):
        by_id[row["canonical_id"]].add(row["url"])
    return {frozenset(members) for members in by_id.values()}


EXPECTED = {
    frozenset(URLS[n] for n in group) for group in ((0, 6, 9), (1, 7), (2, 8), (3,), (4,), (5,))
}


@pytest.mark.parametrize(
    "write",
    [
        as_warc,
        lambda folder: as_warc(folder, compressed=False),
        as_files,
        as_jsonl,
        as_parquet,
        as_feed,
        as_mhtml,
    ],
    ids=["warc.gz", "warc", "files", "jsonl", "parquet", "feed", "mhtml"],
)
def test_the_same_pages_in_any_form_end_in_the_same_clusters(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    desk = Desk(tmp_path, workers=1)
    write(desk.inputs)
    result = desk.ingest(desk.inputs)
    assert outcomes(result) == {"articles": 6, "duplicates": 4}
    assert clusters(desk) == EXPECTED


BROKEN: dict[str, tuple[bytes, str]] = {
    "cut.warc.gz": (archive([response(1, b"<p>One.</p>")])[:-30], "damaged"),
    "rubbish.warc": (b"WARC/1.0\r\n" + b"\0" * 99, "damaged"),
    "zeros.warc.gz": (gzip.compress(b"\0" * 10**6), "damaged"),
    "cut.parquet": (b"PAR1" + b"\0" * 40, "damaged"),
    "bomb.xml": (b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><item>&a;</item></rss>', "malformed"),
    "outside.rss": (b'<!DOCTYPE rss [<!ENTITY a SYSTEM "/etc/passwd">]><rss/>', "malformed"),
    "cut.rss": (b"<rss><channel><item><title>One", "damaged"),
    "teaser.xml": (b"<rss><item><link>https://a.example/1</link></item></rss>", "not-fetched"),
    "feed.json": (b'{"version": "https://jsonfeed.org/version/1", "items"', "malformed"),
    "sitemap.xml": (b"<urlset><url><loc>https://a.example</loc></url></urlset>", "not-fetched"),
    "list.txt": (b"https://a.example/1\nhttps://a.example/2\n", "not-fetched"),
    "picture.eml": (b"MIME-Version: 1.0\nContent-Type: image/png\n\nx", "unsupported"),
    "zeros.mhtml": (b"Content-Type: text/html\n\n" + b"\0" * 99, "binary"),
}


def test_what_is_broken_in_a_form_is_a_reject_and_the_rest_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path, workers=1)
    as_warc(desk.inputs)
    for name, (raw, _) in BROKEN.items():
        (desk.inputs / name).write_bytes(raw)
    pq.write_table(pa.table({"name": ["x"]}), desk.inputs / "wrong.parquet")
    result = desk.ingest(desk.inputs)
    expected = {name: reason for name, (_, reason) in BROKEN.items()} | {
        "wrong.parquet": "malformed"
    }
    found = {
        row["source"].rpartition("/")[2].partition("#")[0]: row["reason"]
        for row in desk.rows("rejects")
    }
    assert found == expected
    assert outcomes(result) == {"articles": 6, "duplicates": 4, "rejects": len(expected)}
    assert clusters(desk) == EXPECTED
    again = desk.ingest(desk.inputs)
    assert outcomes(again) == {"unchanged": result.counts["documents"]}
