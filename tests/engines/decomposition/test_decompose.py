"""Orders become work: exact quantities, times, costs, links and reasons on a network computed by hand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.engines.decomposition import Rules, decompose, explain_operation, explain_refusals, explain_work
from rongzhi.kernel.errors import Rejected
from rongzhi.model.production import Link, Network, Operation, OrderBook, Work
from tests.model.production.build_production import ORIGIN, book, network

MONDAY = datetime.fromisoformat(ORIGIN)


def work(net: Network | None = None, documents: OrderBook | None = None, rules: Rules | None = None) -> Work:
    return decompose(net or network(), documents or book(), origin=MONDAY, rules=rules)


def operation(done: Work, code: str) -> Operation:
    return next(each for each in done.operations if each.code == code)


def refused(each: Operation) -> dict[str, str]:
    return {item.resource: item.code for item in each.refusals}


def test_bills_explode_exactly() -> None:
    done = work()
    assert [(lot.code, lot.item, lot.quantity, lot.feeds) for lot in done.lots] == [
        ("SO1-1", "PUMP", Decimal(18), ""),
        ("SO1-1/SHAFT", "SHAFT", Decimal(40), "SO1-1"),
    ]
    # 18 pumps need 36 shafts, 10 % scrap: 40 exactly; each takes 310 mm of bar, bought by the metre.
    assert done.material_needs == {"BAR": Decimal("12.4"), "SEAL": Decimal(18)}


def test_release_due_and_weight() -> None:
    pump, shaft = work().lots
    assert (pump.due_min, shaft.due_min) == (4 * 1440 + 540, None)
    assert (pump.weight, shaft.weight) == (4.0, 4.0)
    assert shaft.release_min == 60  # the bar's lead time
    assert pump.release_min == 0  # the seal is used at step 20 only
    assert [each.release_min for each in work().operations] == [0, 600, 60, 0]


def test_a_wish_for_a_later_start_is_kept() -> None:
    done = work(documents=book(**{"orders.0.lines.0.earliest_start": "2026-03-03T08:00:30+08:00"}))
    assert [lot.release_min for lot in done.lots] == [1441, 1441]


def test_candidates_have_whole_minutes_and_exact_prices() -> None:
    done = work()
    turning = {each.machine: each for each in operation(done, "SO1-1/SHAFT:10").candidates}
    # T1: 20 min set-up at 30/h and 120 min at 60/h; T2 is twice as fast, its set-up costs its hourly rate.
    assert (turning["T1"].setup_min, turning["T1"].run_min, turning["T1"].cost) == (20, 120, Decimal("130.00"))
    assert (turning["T2"].setup_min, turning["T2"].run_min, turning["T2"].cost) == (20, 60, Decimal("106.67"))
    (milling,) = operation(done, "SO1-1/SHAFT:20").candidates
    assert (milling.factory, milling.run_min, milling.cost) == ("FB", 80, Decimal("133.33"))  # the opened price
    assert turning.keys() == {"T1", "T2"}


def test_a_general_process_covers_its_special_cases_only() -> None:
    general = network(**{"machines.2.capabilities.0.process": "cutting"})
    done = work(general, book(**{"routings.0.steps.0.process": "cutting"}))
    assert [each.machine for each in operation(done, "SO1-1/SHAFT:10").candidates] == ["M1"]
    assert [each.machine for each in operation(work(general), "SO1-1/SHAFT:10").candidates] == ["T1", "T2", "M1"]
    assert refused(operation(work(), "SO1-1/SHAFT:10")) == {"B-MILL": "process", "B-ASM": "process"}


def test_links_follow_routing_and_bill() -> None:
    assert work().links == (
        Link("SO1-1:10", "SO1-1:20"),
        Link("SO1-1/SHAFT:10", "SO1-1/SHAFT:20", transfer_fraction=0.25),
        Link("SO1-1/SHAFT:20", "SO1-1:10", lag_min=30),
    )


def test_after_makes_a_network_of_steps() -> None:
    changes = {
        "routings.1.steps.1.after": [],
        "routings.1.steps.2": {
            "number": 30, "name": {"zh": "试"}, "process": "assembly", "run_min_per_unit": 1, "after": [10, 20],
        },
    }  # fmt: skip
    links = work(documents=book(**changes)).links
    assert {(link.before, link.after) for link in links} == {
        ("SO1-1:10", "SO1-1:30"),
        ("SO1-1:20", "SO1-1:30"),
        ("SO1-1/SHAFT:10", "SO1-1/SHAFT:20"),
        ("SO1-1/SHAFT:20", "SO1-1:10"),
        ("SO1-1/SHAFT:20", "SO1-1:20"),
    }


def test_large_orders_are_split_into_lots_with_their_own_parts() -> None:
    done = work(documents=book(**{"orders.0.lines.0.quantity": 45}))
    assert [(lot.code, lot.quantity) for lot in done.lots if lot.item == "PUMP"] == [
        ("SO1-1.1", Decimal(20)),
        ("SO1-1.2", Decimal(20)),
        ("SO1-1.3", Decimal(5)),
    ]
    assert [(lot.feeds, lot.quantity) for lot in done.lots if lot.item == "SHAFT"] == [
        ("SO1-1.1", Decimal(45)),
        ("SO1-1.2", Decimal(45)),
        ("SO1-1.3", Decimal(12)),
    ]


def test_minimum_batch_and_own_times_of_a_listed_machine() -> None:
    changes = {
        "routings.0.steps.0.minimum_batch": 50,
        "routings.0.steps.0.alternatives": [{"machine": "M1", "run_min_per_unit": 1.5}, {"machine": "T2"}],
    }
    times = {each.machine: (each.setup_min, each.run_min)
             for each in operation(work(documents=book(**changes)), "SO1-1/SHAFT:10").candidates}  # fmt: skip
    assert times == {"T1": (20, 150), "T2": (20, 75), "M1": (20, 75)}


def test_a_bought_item_may_be_ordered() -> None:
    done = work(documents=book(**{"orders.0.lines.0.item": "SEAL"}))
    (lot,) = done.lots
    assert (lot.operations, lot.release_min, done.material_needs) == ((), 600, {"SEAL": Decimal(18)})


def test_routing_of_lowest_rank_wins_and_inactive_ones_are_not_used() -> None:
    step = {"number": 5, "name": {"zh": "锯"}, "process": "turning", "run_min_per_unit": 1}
    other = {"item": "SHAFT", "version": "2", "rank": 0, "steps": [step]}
    assert work(documents=book(**{"routings.2": other})).lots[1].operations == ("SO1-1/SHAFT:5",)
    assert len(work(documents=book(**{"routings.2": {**other, "is_active": False}})).lots[1].operations) == 2


@pytest.mark.parametrize(
    ("net", "documents", "resource", "code", "reason"),
    [
        ({}, {"items.0.diameter_mm": 250}, "A-TURN", "size", "part diameter 250 mm exceeds the limit of 200 mm"),
        ({}, {"routings.0.steps.0.tolerance_mm": 0.01}, "T1", "tolerance",
         "tolerance 0.01 mm is asked, 0.02 mm is the closest it holds"),
        ({"machines.0.is_active": False}, {}, "T1", "inactive", "is out of use"),
        ({"open_capacity.0.share": 0}, {}, "A-TURN", "not-open", "no capacity is open to the network"),
        ({"open_capacity.0.processes": ["milling"]}, {}, "A-TURN", "process-not-open",
         "turning is not open to the network"),
        ({"open_capacity.0.excluded_customers": ["C1"]}, {}, "A-TURN", "customer-excluded",
         "takes no orders of customer C1"),
        ({}, {"orders.0.excluded_factories": ["FA"]}, "FA", "factory-excluded", "the order excludes this factory"),
        ({}, {"orders.0.required_certificates": ["ISO9001"]}, "FB", "certificate-missing",
         "does not hold the certificate ISO9001"),
        ({"factories.0.certificates.0.valid_until": "2026-03-05"}, {"orders.0.required_certificates": ["ISO9001"]},
         "FA", "certificate-expired", "the certificate ISO9001 holds until 2026-03-05, before the due date 2026-03-06"),
        ({}, {"routings.0.steps.0.only_listed": True, "routings.0.steps.0.alternatives": [{"machine": "T1"}]},
         "T2", "not-listed", "is not among the machines the step allows"),
        ({"calendars.1": {"code": "off", "shifts": [{"days": [1], "start": "08:00", "end": "09:00"}],
                          "exceptions": [{"start": "2026-01-01T00:00", "end": "2027-01-01T00:00"}]},
          "machines.1.calendar": "off"}, {}, "T2", "no-working-time", "has no working time within 90 days"),
        ({}, {}, "B-ASM", "process", "cannot do turning"),
    ],
)  # fmt: skip
def test_every_refusal_says_why(
    net: dict[str, object], documents: dict[str, object], resource: str, code: str, reason: str
) -> None:
    turning = operation(work(network(**net), book(**documents)), "SO1-1/SHAFT:10")
    found = {(item.resource, item.code, item.reason.en) for item in turning.refusals}
    assert (resource, code, reason) in found
    assert all(item.reason.zh for item in turning.refusals)


def test_material_is_a_limit() -> None:
    milling = operation(work(documents=book(**{"items.0.material": "brass"})), "SO1-1/SHAFT:20")
    assert (milling.candidates, refused(milling)["B-MILL"]) == ((), "material")


def test_everybody_is_either_candidate_or_refused() -> None:
    net = network(**{"machines.0.is_active": False})
    centre_of = {machine.code: machine.work_centre for machine in net.machines}
    factory_of = {centre.code: centre.factory for centre in net.work_centres}
    for each in work(net, book(**{"orders.0.excluded_factories": ["FB"]})).operations:
        refusals = {item.resource for item in each.refusals}
        chosen = {candidate.machine for candidate in each.candidates}
        for machine, centre in centre_of.items():
            assert (machine in chosen) != bool({machine, centre, factory_of[centre]} & refusals)


def test_operations_nobody_can_do_are_kept_and_told() -> None:
    done = work(documents=book(**{"routings.0.steps.1.process": "casting"}))
    assert [each.code for each in done.stuck] == ["SO1-1/SHAFT:20"]
    assert explain_work(done).en == "2 lots, 4 operations; nobody can do 1: SO1-1/SHAFT:20"
    assert "没有机床能做" in explain_operation(done.stuck[0]).zh


def test_explanation_names_price_speed_and_refusals() -> None:
    turning = operation(work(documents=book(**{"routings.0.steps.0.tolerance_mm": 0.01})), "SO1-1/SHAFT:10")
    text = explain_operation(turning).en
    assert "1 machine(s) can do it (FA); cheapest T2 at 106.67, fastest T2 in 80 min" in text
    assert "T1: tolerance 0.01 mm is asked, 0.02 mm is the closest it holds" in [
        sentence.en for sentence in explain_refusals(turning)
    ]


def _second_assembly(**documents: object) -> Work:
    """Factory FA gets an assembly bench too."""
    net = network(
        **{
            "work_centres.3": {"code": "A-ASM", "name": {"zh": "装配"}, "factory": "FA"},
            "machines.4": {
                "code": "H2", "name": {"zh": "台2"}, "work_centre": "A-ASM", "capabilities": [{"process": "assembly"}],
            },
            "open_capacity.3": {"work_centre": "A-ASM"},
        }
    )  # fmt: skip
    return work(net, book(**documents))


def test_a_step_that_may_not_leave_stays_with_the_one_before() -> None:
    done = _second_assembly(**{"routings.1.steps.1.is_subcontractable": False})
    assert operation(done, "SO1-1:20").stays_with == "SO1-1:10"
    assert {each.factory for each in operation(done, "SO1-1:20").candidates} == {"FA", "FB"}


def test_factories_that_cannot_do_all_that_stays_together_are_dropped() -> None:
    changes = {"routings.1.steps.0.process": "milling", "routings.1.steps.1.is_subcontractable": False}
    done = _second_assembly(**changes)
    packing = operation(done, "SO1-1:20")
    assert {each.factory for each in packing.candidates} == {"FB"}
    against = next(item for item in packing.refusals if item.code == "not-common")
    assert (against.resource, against.reason.en) == (
        "FA",
        "the operations must stay in one factory, and 装 (10) cannot be done here",
    )


def test_an_order_for_a_single_factory_without_one_is_stuck_and_says_so() -> None:
    done = work(documents=book(**{"orders.0.is_single_factory": True}))
    assert len(done.stuck) == 4
    assert all("not-common" in refused(each).values() for each in done.operations)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"bom.3": {"parent": "SHAFT", "component": "PUMP", "quantity": 1}}, "bill-loop"),
        ({"orders.0.lines.0.item": "X"}, "unknown-item"),
        ({"items.1.max_lot": "0.0001", "orders.0.lines.0.quantity": 1_000_000}, "too-many-lots"),
    ],
)
def test_faulty_documents_are_rejected(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Rejected) as error:
        work(documents=book(**changes))
    assert [finding.code for finding in error.value.findings] == [code]


def test_overdue_orders_are_still_planned() -> None:
    assert work(documents=book(**{"orders.0.lines.0.due": "2026-03-01T08:00:00+08:00"})).lots[0].due_min == -1440


def test_units_of_the_order_are_converted() -> None:
    done = work(documents=book(**{"orders.0.lines.0.unit": "打", "orders.0.lines.0.quantity": "1.5"}))
    assert done.lots[0].quantity == Decimal(18)


@given(
    st.integers(1, 500),
    st.integers(1, 60),
    st.decimals("0.1", "5", places=2),
    st.decimals("0", "0.5", places=3),
)
def test_lots_add_up_and_needs_cover_scrap(quantity: int, size: int, each: Decimal, scrap: Decimal) -> None:
    changes = {
        "items.1.max_lot": size,
        "orders.0.lines.0.quantity": quantity,
        "bom.0.quantity": str(each),
        "bom.0.scrap_rate": str(scrap),
    }
    done = work(documents=book(**changes))
    pumps = [lot for lot in done.lots if lot.item == "PUMP"]
    assert sum(lot.quantity for lot in pumps) == quantity
    assert max(lot.quantity for lot in pumps) <= size
    for shaft in (lot for lot in done.lots if lot.item == "SHAFT"):
        parent = next(lot for lot in pumps if lot.code == shaft.feeds)
        assert shaft.quantity == shaft.quantity.to_integral_value()
        assert shaft.quantity * (1 - scrap) >= parent.quantity * each > (shaft.quantity - 1) * (1 - scrap)
    codes = [each.code for each in done.operations]
    assert len(set(codes)) == len(codes)


def test_what_would_take_longer_than_anybody_plans_is_stuck_and_says_so() -> None:
    done = work(rules=Rules(longest_days=0))
    turning = operation(done, "SO1-1/SHAFT:10")
    assert not turning.candidates
    assert turning.code in {each.code for each in done.stuck}
    assert "too-long" in set(refused(turning).values())
    assert "too-long" not in set(refused(operation(work(), "SO1-1/SHAFT:10")).values())
