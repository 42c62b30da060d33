"""Units, money, findings, errors and random streams."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.kernel.errors import Conflict, Denied, NotFound, Rejected, RongzhiError, Unavailable
from rongzhi.kernel.findings import Finding, Findings, Severity
from rongzhi.kernel.money import Money
from rongzhi.kernel.streams import stream
from rongzhi.kernel.text import Text
from rongzhi.kernel.units import UNITS, convert, unit


@pytest.mark.parametrize(
    ("written", "symbol"), [("件", "pcs"), (" Hours ", "h"), ("公斤", "kg"), ("度", "kWh"), ("m³", "m3"), ("t", "t")]
)
def test_people_write_units_in_many_ways(written, symbol):
    assert unit(written).symbol == symbol


def test_unknown_unit_names_place_and_nearest():
    with pytest.raises(NotFound) as caught:
        unit("hourz", where="orders[2].duration")
    assert caught.value.where == "orders[2].duration"
    assert "hour" in caught.value.fix.en


def test_conversions_are_exact():
    assert convert(Decimal("1.5"), "h", "min") == Decimal(90)
    assert convert(Decimal(3), "打", "件") == Decimal(36)
    assert convert(Decimal(2500), "g", "kg") == Decimal("2.5")


def test_seconds_become_minutes_without_a_tail():
    assert convert(Decimal(90), "s", "min") == Decimal("1.5")
    assert convert(Decimal(60), "s", "min") == Decimal(1)


def test_units_of_other_dimensions_do_not_convert():
    with pytest.raises(NotFound):
        convert(Decimal(1), "kg", "h")


@given(st.sampled_from(sorted(UNITS)), st.integers(1, 10**6))
def test_there_and_back_is_the_same_value(symbol, value):
    for other in UNITS.values():
        if other.dimension == UNITS[symbol].dimension:
            back = convert(convert(Decimal(value), symbol, other.symbol), other.symbol, symbol)
            assert abs(back - value) < Decimal("1e-15") * value


def test_money_adds_exactly_and_rounds_half_up():
    assert Money.of("0.10") + Money.of("0.20") == Money.of("0.30")
    assert (Money.of("2.675")).rounded() == Money.of("2.68")
    assert Money.of("-2.675").rounded() == Money.of("-2.68")
    assert (Money.of(100) * Decimal("0.13")).rounded() == Money.of("13.00")


def test_money_of_two_currencies_does_not_mix():
    with pytest.raises(Conflict):
        Money.of(1) + Money.of(1, "EUR")
    with pytest.raises(Conflict):
        sorted([Money.of(2), Money.of(1, "EUR")])


def test_money_refuses_binary_floats():
    with pytest.raises(TypeError):
        Money.of(0.1)  # type: ignore[arg-type]


@given(st.lists(st.decimals(-(10**9), 10**9, places=2), max_size=10))
def test_sum_of_money_does_not_depend_on_order(amounts):
    def total(items):
        result = Money.of(0)
        for item in items:
            result += Money.of(item)
        return result

    assert total(amounts) == total(list(reversed(amounts)))


def finding(severity: Severity = Severity.ERROR) -> Finding:
    return Finding("late", "orders[1].due", Text("交期已过", "due date has passed"), Text("改期", "move it"), severity)


def test_findings_collect_everything_and_raise_once():
    findings = Findings()
    findings.warning("soft", "a", Text("软", "soft"), Text("看", "look"))
    findings.raise_if_any()
    findings.extend([finding(), finding()])
    with pytest.raises(Rejected) as caught:
        findings.raise_if_any()
    assert len(caught.value.findings) == 3
    assert caught.value.message.zh == "发现 2 处错误，未作任何更改：交期已过"
    assert caught.value.message.en == "2 errors found; nothing was changed: due date has passed"
    assert caught.value.where == "orders[1].due"


def test_finding_speaks_the_language_asked_for():
    assert finding().as_dict("en-gb")["message"] == "due date has passed"
    assert finding().as_dict("zh-hans")["fix"] == "改期"
    assert finding().as_dict()["severity"] == "error"


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [(NotFound, LookupError), (Denied, PermissionError), (Conflict, RuntimeError), (Unavailable, RuntimeError)],
)
def test_errors_are_also_the_fitting_builtin_and_print_their_place(kind, builtin):
    error = kind(Text("没有", "no"), where="x[1]", fix=Text("改", "mend"))
    assert isinstance(error, builtin)
    assert isinstance(error, RongzhiError)
    assert str(error) == "x[1]: no (mend)"


def test_rejected_is_a_value_error_even_without_errors():
    assert isinstance(Rejected([finding(Severity.NOTE)]), ValueError)
    assert Rejected([]).where == ""


def test_streams_repeat_and_differ_by_cause():
    draw = lambda *cause: stream(7, *cause).random(4)  # noqa: E731
    assert np.array_equal(draw("breakdown", "M-07"), draw("breakdown", "M-07"))
    assert not np.array_equal(draw("breakdown", "M-07"), draw("breakdown", "M-08"))
    assert not np.array_equal(stream(8, "breakdown").random(4), stream(7, "breakdown").random(4))
