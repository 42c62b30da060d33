"""Joint orders: the Shapley value against published and hand-made games."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongzhi.engines.settling import (
    Game,
    allocate,
    compare_rules,
    exact_shapley,
    game_from_table,
    has_core,
    objections,
    sampled_shapley,
    shapley,
    split_jointly,
)
from rongzhi.kernel.errors import Rejected

D = Decimal
HOURS = {"Wright": 800, "Brown": 200}


def lawyers(group: frozenset[str]) -> int:
    """Two lawyers: 800 and 200 hours, 50 an hour alone, 42 an hour together."""
    return sum(HOURS[each] for each in group) * (42 if len(group) == 2 else 50)


LAWYERS = Game(("Wright", "Brown"), lawyers, "cost")


def test_two_lawyers_under_every_rule() -> None:
    """edu.com, question 1181373: 36,000/6,000; 33,600/8,400; 40,000/2,000."""
    found = {split.rule: [share.amount for share in split.shares] for split in compare_rules(LAWYERS)}
    assert found == {
        "shapley": [D(36_000), D(6_000)],
        "stand-alone": [D(33_600), D(8_400)],
        "incremental": [D(40_000), D(2_000)],
        "equal": [D(21_000), D(21_000)],
    }


def test_two_lawyers_explained() -> None:
    split = split_jointly(LAWYERS)
    assert split.is_in_core
    assert [each.en for each in split.shares[0].words] == [
        "Shapley: what a party adds, averaged over all orders of joining",
        "joining first adds a cost of 40,000.00 on average",
        "joining after 1 other adds a cost of 32,000.00 on average",
        "the mean of these 2: 36,000.00",
    ]
    equal = split_jointly(LAWYERS, "equal")
    assert equal.is_in_core is False
    assert equal.objections[0].zh == "Brown 单干只付 10,000.00，这样要付 21,000.00"


def test_gloves() -> None:
    """One left and two right gloves: 2/3, 1/6, 1/6; the core gives all to the left one."""
    game = Game(("L", "R1", "R2"), lambda group: int("L" in group and len(group) > 1))
    assert shapley(game).values == {"L": Fraction(2, 3), "R1": Fraction(1, 6), "R2": Fraction(1, 6)}
    assert has_core(game)
    assert objections(game, {"L": 1, "R1": 0, "R2": 0}) == ()
    assert [each.group for each in objections(game, shapley(game).values)] == [("L", "R1"), ("L", "R2")]


def test_airport_runway() -> None:
    """Littlechild and Owen: a runway costs what its largest aeroplane needs; each section is shared by who needs it."""
    needs = {"a": 8, "b": 11, "c": 13, "d": 18}
    game = Game(tuple(needs), lambda group: max(needs[each] for each in group), "cost")
    assert shapley(game).values == {"a": 2, "b": 3, "c": 4, "d": 9}
    assert objections(game, shapley(game).values) == ()


def test_majority_has_no_core() -> None:
    game = Game(("a", "b", "c"), lambda group: int(len(group) >= 2))
    assert not has_core(game)
    assert objections(game, allocate(game, "equal"))[0].loss == Fraction(1, 3)


tables = st.integers(2, 4).flatmap(
    lambda n: st.lists(st.integers(-50, 500), min_size=2**n - 1, max_size=2**n - 1).map(lambda values: (n, values))
)


def table_game(n: int, values: list[int]) -> Game:
    names = "abcd"[:n]
    groups = [frozenset(group) for size in range(1, n + 1) for group in combinations(names, size)]
    return game_from_table(dict(zip(groups, values, strict=True)))


@given(tables)
def test_it_is_the_mean_over_all_orders_of_joining(table: tuple[int, list[int]]) -> None:
    game = table_game(*table)
    found = exact_shapley(game)
    orders = list(permutations(game.players))
    for player in game.players:
        total = Fraction(0)
        for order in orders:
            before = frozenset(order[: order.index(player)])
            total += game.worth(before | {player}) - game.worth(before)
        assert found.values[player] == total / len(orders)
    assert sum(found.values.values()) == game.whole


@given(tables, st.sampled_from(["shapley", "incremental", "equal"]))
def test_every_rule_divides_the_whole_to_the_cent(table: tuple[int, list[int]], rule: str) -> None:
    game = table_game(*table)
    split = split_jointly(game, rule)  # type: ignore[arg-type]
    assert sum((share.amount for share in split.shares), D(0)) == D(int(game.whole))
    assert all(abs(Fraction(share.amount) - share.exact) < Fraction(1, 100) for share in split.shares)
    assert split.is_in_core == (not split.objections)


@given(tables)
def test_who_adds_nothing_gets_nothing(table: tuple[int, list[int]]) -> None:
    game = table_game(*table)
    more = Game((*game.players, "idle"), lambda group: game.worth(group - {"idle"}))
    found = shapley(more).values
    assert found["idle"] == 0
    assert {each: found[each] for each in game.players} == shapley(game).values


def test_many_parties_are_sampled_with_a_confidence() -> None:
    """Fifteen parties and a runway: the exact value is known section by section."""
    needs = {f"p{n:02}": n for n in range(1, 16)}
    game = Game(tuple(needs), lambda group: max(needs[each] for each in group), "cost")
    exact = {}
    for name, need in needs.items():
        exact[name] = sum((Fraction(1, 16 - section) for section in range(1, need + 1)), Fraction(0))
    found = shapley(game, orders=1000, seed=3)
    assert not found.is_exact
    assert sum(found.values.values()) == 15
    inside = [abs(float(found.values[each] - exact[each])) <= found.half_widths[each] for each in needs]
    assert sum(inside) >= 13
    assert found.half_widths["p15"] < 0.5
    assert shapley(game, orders=1000, seed=3).values == found.values
    assert shapley(game, orders=1000, seed=4).values != found.values
    split = split_jointly(game, orders=200)
    assert split.is_in_core is None
    assert sum(share.amount for share in split.shares) == 15
    assert "(seed 1)" in split.shares[0].words[1].en


def test_sampling_agrees_with_the_exact_value() -> None:
    found = sampled_shapley(LAWYERS, orders=40)
    assert found.values == {"Wright": 36_000, "Brown": 6_000}  # an order and its reverse are all there are
    assert found.half_widths == {"Wright": 0.0, "Brown": 0.0}


def test_faults() -> None:
    with pytest.raises(Rejected) as caught:
        game_from_table({frozenset("a"): 1, frozenset("b"): 1})
    assert [(each.code, each.where) for each in caught.value.findings] == [("coalition-missing", "values[a, b]")]
    with pytest.raises(Rejected) as caught:
        shapley(Game((), lawyers))
    assert caught.value.findings[0].code == "players"
    crowd = Game(tuple(f"p{n}" for n in range(13)), len)
    for act in (exact_shapley, has_core):
        with pytest.raises(Rejected) as caught:
            act(crowd)
        assert caught.value.findings[0].code == "too-many-players"
    with pytest.raises(Rejected) as caught:
        sampled_shapley(crowd, orders=1, confidence=1)
    assert [each.code for each in caught.value.findings] == ["too-few-orders", "confidence"]
    with pytest.raises(Rejected) as caught:
        split_jointly(Game(("a", "b"), lambda _: Fraction(1, 3)))
    assert caught.value.findings[0].code == "not-in-cents"
    with pytest.raises(Rejected) as caught:
        allocate(LAWYERS, "by-might")  # type: ignore[arg-type]
    assert caught.value.findings[0].code == "unknown-rule"
    with pytest.raises(Rejected) as caught:
        allocate(Game(("a", "b"), lambda group: -1 if group == {"a"} else 1), "stand-alone")
    assert caught.value.findings[0].code == "negative-alone"
