"""Histograms of run times are read in both layouts, and what is wrong is said with its line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rongzhi.engines.scheduling.robust import Histogram, read_histograms
from rongzhi.kernel.errors import Rejected

LONG = "machine,operation,low,high,weight\nm1,turn,2,3,4\nm1,turn,1,2,4\nm2,mill,5,5,1\n"
WIDE = "machine,operation,3 per 2 seconds per unit,2-1\nm1,turn,0.5,0.5\n\nm2,mill,,1\n"


def test_long_table() -> None:
    found = read_histograms(LONG)
    assert found == {
        ("m1", "turn"): Histogram((1, 2), (2, 3), (4, 4)),
        ("m2", "mill"): Histogram((5,), (5,), (1,)),
    }
    assert found["m1", "turn"].mean == 2
    assert found["m1", "turn"].over() == Histogram((0.5, 1), (1, 1.5), (4, 4))
    assert found["m1", "turn"].over(4) == Histogram((0.25, 0.5), (0.5, 0.75), (4, 4))


def test_wide_table_packed(tmp_path: Path) -> None:
    path = tmp_path / "times.csv.gz"
    path.write_bytes(gzip.compress(WIDE.encode()))
    assert read_histograms(path) == {
        ("m1", "turn"): Histogram((1, 2), (2, 3), (0.5, 0.5)),
        ("m2", "mill"): Histogram((1,), (2,), (1,)),
    }


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("part,operation,1-2\n", ["histograms.csv:1"]),
        ("machine,operation,1-2,often\n", ["histograms.csv:1"]),
        ("machine,operation,1-2\nm,o,1,1\nm,o,-1\n", ["histograms.csv:2", "histograms.csv:3:1-2"]),
        ("machine,operation,low,high,weight\nm,o,1,x,1\nm,o\n", ["histograms.csv:2:high", "histograms.csv:3"]),
        ("machine,operation,low,high,weight\nm,o,1,2,0\n", ["histograms.csv:m/o"]),
    ],
)
def test_wrong_tables(text: str, places: list[str]) -> None:
    with pytest.raises(Rejected) as caught:
        read_histograms(text)
    assert [each.where for each in caught.value.findings] == places
