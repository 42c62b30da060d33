"""Compiled code on disk is forgotten when what went into it changed."""

from __future__ import annotations

from pathlib import Path

from rongzhi.engines.scheduling import _jit


def test_a_cache_without_the_right_stamp_is_emptied_of_the_engines_code_only(tmp_path: Path) -> None:
    names = ("kernel_search.improve-1.nbi", "native._state-2.nbc", "others.nbi")
    for name in names:
        (tmp_path / name).touch()
    _jit._drop_stale(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kernels.stamp", "others.nbi"]


def test_a_cache_with_the_right_stamp_is_kept(tmp_path: Path) -> None:
    _jit._drop_stale(tmp_path)
    (tmp_path / "kernel_search.improve-1.nbi").touch()
    _jit._drop_stale(tmp_path)
    assert (tmp_path / "kernel_search.improve-1.nbi").exists()
