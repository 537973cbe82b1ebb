"""The verdict on a long history names what grew, and bears what may."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tests.faults.soak import Sample, plot, verdict


def sample(minute: int, **others: float) -> Sample:
    """Memory warms up for ten minutes; disk falls back at every fifth; documents come evenly."""
    at_rest = {
        "at": 60.0 * minute,
        "rss_mb": 500.0 + 10 * min(minute, 10),
        "handles": 20.0 + minute % 3,
        "disk_mb": 0.01 * minute + minute % 5,
        "ingest_seconds": 0.3,
        "documents": 10.0 * (1 + minute),
    }
    return {**at_rest, **others}


def test_warming_up_and_saw_teeth_are_no_growth() -> None:
    told = verdict([sample(minute) for minute in range(30)])
    assert told["not_flat"] == []
    assert told["growth"]["documents"] > 1.5
    assert told["disk_lowest_kb_a_document"] == 0.9


def test_a_leak_of_memory_or_of_handles_is_named() -> None:
    leaking = [sample(n, rss_mb=500.0 + 20 * n) for n in range(30)]
    assert verdict(leaking)["not_flat"] == ["rss_mb"]
    leaking = [sample(n, handles=20.0 + n) for n in range(30)]
    assert verdict(leaking)["not_flat"] == ["handles"]


def test_the_plot_is_one_picture_with_a_line_for_each_figure() -> None:
    picture = ET.fromstring(plot([sample(minute) for minute in range(30)], "Half an hour"))
    name = "{http://www.w3.org/2000/svg}"
    assert picture.findtext(f"{name}title") == "Half an hour"
    lines = picture.findall(f"{name}polyline")
    assert [len(line.attrib["points"].split()) for line in lines] == [30] * 5
