"""Forms of items, bills of materials and routings."""

from __future__ import annotations

from typing import Any

from django import forms

from rongzhi.elements.resources.forms.base import (
    ITEMS,
    Codes,
    DocumentForm,
    choice,
    code_field,
    codes,
    given,
    number,
    processes,
    rarely,
    text,
    tick,
    whole,
)
from rongzhi.elements.resources.forms.network import name_en, name_zh
from rongzhi.elements.resources.forms.rows import RowsField
from rongzhi.kernel.units import UNITS
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.i18n import say, speak
from rongzhi.platform.ui.pages import field

MINUTES = "min"


def units(_: Actor) -> list[tuple[str, str]]:
    """Return the units there are."""
    return [(unit.symbol, f"{unit.symbol} · {speak(unit.name)}") for unit in UNITS.values()]


class ItemForm(DocumentForm):
    """An item."""

    table = "items"
    code = code_field()
    name_zh = name_zh()
    name_en = name_en()
    unit = choice(term="unit_of_measure", options=units, needed=True, initial="pcs")
    is_made = tick(say("自制（否则外购）", "Made here (else bought)"), initial=True)
    lead_time_min = whole(term="lead_time", unit=MINUTES, initial=0)
    unit_cost = number(say("单位成本", "Unit cost"), unit=say("元", "CNY"), initial=0)
    max_lot = number(
        say("最大批量", "Largest lot"), hint=say("超过的数量分成几批", "larger quantities are split into lots")
    )
    material = text(say("材料", "Material"))
    length_mm = number(say("长", "Length"), unit="mm")
    width_mm = number(say("宽", "Width"), unit="mm")
    height_mm = number(say("高", "Height"), unit="mm")
    diameter_mm = number(say("直径", "Diameter"), unit="mm")
    mass_kg = number(say("质量", "Mass"), unit="kg")

    def data_of(self) -> dict[str, Any]:
        """Return the item's data."""
        return {**super().data_of(), "is_made": self.cleaned_data["is_made"]}


class BomForm(DocumentForm):
    """A line of a bill of materials."""

    table = "bom"
    parent = choice(say("上级物料", "Parent"), options=ITEMS, needed=True)
    component = choice(say("组件", "Component"), options=ITEMS, needed=True)
    quantity = number(term="quantity", needed=True, hint=say("做一件上级物料用多少", "for one unit of the parent"))
    unit = choice(term="unit_of_measure", options=units, needed=True, initial="pcs")
    scrap_rate = number(
        say("损耗率", "Scrap rate"), initial=0, most=0.999999, hint=say("0 至 1 之间", "between 0 and 1")
    )
    at_step = whole(say("在哪道工序投入", "At routing step"), initial=0)


class Machines(forms.CharField):
    """Machines with own times: ``M1 20 3.5; M2 - 4`` is machine, set-up and run minutes; - keeps the standard."""

    def prepare_value(self, value: Any) -> Any:
        """Return the machines on one line."""
        if not isinstance(value, list | tuple):
            return value

        def words(item: dict[str, Any]) -> str:
            times = [item.get("setup_min"), item.get("run_min_per_unit")]
            while times and times[-1] is None:
                times.pop()
            return " ".join([item["machine"], *("-" if time is None else f"{time:g}" for time in times)])

        return "; ".join(words(item) for item in value)

    def to_python(self, value: Any) -> Any:
        """Return the machines as a list."""
        rows = []
        for part in (super().to_python(value) or "").replace("；", ";").split(";"):
            words = part.split()
            if not words:
                continue
            row: dict[str, Any] = {"machine": words[0]}
            times = zip(("setup_min", "run_min_per_unit"), words[1:], strict=False)
            row |= {key: word for key, word in times if word != "-"}
            if len(words) > 3:
                raise forms.ValidationError(
                    say(f"“{part.strip()}”写得太多，请用“机床 准备 单件”", f"'{part.strip()}' has too many words")
                )
            rows.append(row)
        return rows


class After(Codes):
    """Numbers of the steps before; empty means the step before by number, 0 means none."""

    def prepare_value(self, value: Any) -> Any:
        """Return the numbers on one line."""
        return "0" if value in ((), []) else super().prepare_value(value)

    def to_python(self, value: Any) -> Any:
        """Return the numbers, or None for the usual order."""
        found = super().to_python(value)
        return None if not found else [item for item in found if item != "0"]


class RoutingForm(DocumentForm):
    """A routing with its steps in order."""

    table = "routings"
    item = choice(term="item", options=ITEMS, needed=True)
    version = text(say("版本", "Version"), needed=True, most=40)
    rank = whole(
        say("优先级", "Rank"),
        initial=1,
        needed=True,
        least=-1000,
        hint=say("最小的有效版本用于排产", "the active version with the lowest rank is used"),
    )
    is_active = tick(say("有效", "Active"), initial=True)
    steps = field(
        RowsField(
            {
                "number": whole(say("工序号", "Step"), needed=True, least=1),
                "name_zh": text(say("名称", "Name (Chinese)"), needed=True),
                "name_en": text(say("英文名称", "Name (English)")),
                "process": choice(say("工艺", "Process"), options=processes, needed=True),
                "setup_min": number(term="setup_time", unit=MINUTES, initial=0),
                "run_min_per_unit": number(say("单件工时", "Run time a unit"), unit=MINUTES, needed=True),
                "family": text(term="changeover_family", most=60),
                "alternatives": field(
                    Machines(
                        label=say("指定机床与工时", "Machines with own times"),
                        required=False,
                        widget=forms.TextInput(attrs={"placeholder": "M1 20 3.5; M2 - 4"}),
                    ),
                    wide=True,
                ),
                **rarely(
                    {
                        "after": field(
                            After(
                                label=say("前序工序", "After steps"),
                                required=False,
                                help_text="",
                                widget=forms.TextInput(attrs={"placeholder": say("按顺序", "in order")}),
                            )
                        ),
                        "transfer_batch": number(term="transfer_batch"),
                        "minimum_batch": number(term="minimum_batch"),
                        "wait_min": whole(say("最短等待", "Least wait after"), unit=MINUTES, initial=0),
                        "max_wait_min": whole(say("最长等待", "Longest wait after"), unit=MINUTES),
                        "tolerance_mm": number(term="tolerance", unit="mm"),
                        "certificates": codes(term="certificate", hint=" "),
                        "only_listed": tick(say("只用指定机床", "only these machines")),
                        "is_subcontractable": tick(say("可外协", "may go to another factory"), initial=True),
                        "may_span_breaks": tick(say("可跨班次", "may stop at a break"), initial=True),
                    }
                ),
            },
            label=say("工序", "Operations"),
            add=say("添加工序", "Add a step"),
            spare=1,
        ),
        term="operation",
        wide=True,
    )

    @classmethod
    def initial_of(cls, document: Any) -> dict[str, Any]:
        """Return the form's first values."""
        data = super().initial_of(document)
        for step in data["steps"]:
            name = step.pop("name")
            step |= {"name_zh": name["zh"], "name_en": name["en"]}
        return data

    def data_of(self) -> dict[str, Any]:
        """Return the routing's data."""
        data = super().data_of()
        data["is_active"] = self.cleaned_data["is_active"]
        steps = []
        for row in given(data["steps"]):
            row["name"] = {"zh": row.pop("name_zh"), "en": row.pop("name_en", "")}
            steps.append(row)
        data["steps"] = steps
        return data
