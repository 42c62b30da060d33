"""Taxonomy of manufacturing processes: what a routing step asks for and a machine can do."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from rongzhi.kernel.errors import NotFound
from rongzhi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Process:
    """One process; a child is a special case of its parent.

    Parameters
    ----------
    code : str
    name : Text
    parent : str or None
    """

    code: str
    name: Text
    parent: str | None = None


def _tree() -> dict[str, Process]:
    rows: list[tuple[str, str, str, str | None]] = [
        ("cutting", "切削加工", "machining", None),
        ("turning", "车削", "turning", "cutting"),
        ("milling", "铣削", "milling", "cutting"),
        ("turn_milling", "车铣复合", "turn-milling", "cutting"),
        ("drilling", "钻孔", "drilling", "cutting"),
        ("sawing", "锯切", "sawing", "cutting"),
        ("gear_cutting", "齿轮加工", "gear cutting", "cutting"),
        ("grinding", "磨削", "grinding", None),
        ("cylindrical_grinding", "外圆磨", "cylindrical grinding", "grinding"),
        ("surface_grinding", "平面磨", "surface grinding", "grinding"),
        ("lapping", "研磨", "lapping", "grinding"),
        ("polishing", "抛光", "polishing", "grinding"),
        ("deburring", "去毛刺", "deburring", "grinding"),
        ("electro_machining", "电加工", "electrical discharge machining", None),
        ("wire_edm", "线切割", "wire EDM", "electro_machining"),
        ("sinker_edm", "电火花成形", "sinker EDM", "electro_machining"),
        ("laser_marking", "激光打标", "laser marking", None),
        ("sheet_metal", "钣金", "sheet metal working", None),
        ("laser_cutting", "激光切割", "laser cutting", "sheet_metal"),
        ("stamping", "冲压", "stamping", "sheet_metal"),
        ("bending", "折弯", "bending", "sheet_metal"),
        ("joining", "连接", "joining", None),
        ("welding", "焊接", "welding", "joining"),
        ("brazing", "钎焊", "brazing", "joining"),
        ("riveting", "铆接", "riveting", "joining"),
        ("heat_treatment", "热处理", "heat treatment", None),
        ("quenching", "淬火", "quenching", "heat_treatment"),
        ("nitriding", "氮化", "nitriding", "heat_treatment"),
        ("stress_relief", "去应力", "stress relief", "heat_treatment"),
        ("surface_treatment", "表面处理", "surface treatment", None),
        ("coating", "涂装", "coating", "surface_treatment"),
        ("plating", "电镀", "plating", "surface_treatment"),
        ("anodising", "阳极氧化", "anodising", "surface_treatment"),
        ("forming", "成形", "forming", None),
        ("casting", "铸造", "casting", "forming"),
        ("forging", "锻造", "forging", "forming"),
        ("injection_moulding", "注塑", "injection moulding", "forming"),
        ("additive", "增材制造", "additive manufacturing", "forming"),
        ("assembly", "装配", "assembly", None),
        ("inspection", "检验", "inspection", None),
        ("packing", "包装", "packing", None),
    ]
    return {code: Process(code, Text(zh, en), parent) for code, zh, en, parent in rows}


PROCESSES: dict[str, Process] = _tree()


def process(code: str, *, where: str = "") -> Process:
    """Return a process by its code.

    Raises
    ------
    NotFound
        If the taxonomy has no such process; the message names the nearest codes.
    """
    found = PROCESSES.get(code)
    if found is None:
        near = ", ".join(difflib.get_close_matches(code, PROCESSES, n=3)) or ", ".join(list(PROCESSES)[:6])
        raise NotFound(
            Text(zh=f"未知工艺“{code}”", en=f"unknown process '{code}'"),
            where=where,
            fix=Text(zh=f"请使用工艺代码，如 {near}", en=f"use a process code such as {near}"),
        )
    return found


def process_covers(capability: str, wanted: str) -> bool:
    """Whether a machine with one process can do a step that asks for another: the same, or a special case of it."""
    code: str | None = wanted
    while code is not None:
        if code == capability:
            return True
        code = PROCESSES[code].parent if code in PROCESSES else None
    return False
