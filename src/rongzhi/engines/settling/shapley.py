"""The Shapley value, exact for few parties and sampled with a confidence for many, and simpler rules beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Literal

from rongzhi.engines.settling.apportion import proportional, to_cents
from rongzhi.engines.settling.games import EXACT_PLAYERS, Game, check_exact, check_players, money, objections
from rongzhi.kernel.findings import Findings
from rongzhi.kernel.money import CENT
from rongzhi.kernel.text import Text

Rule = Literal["shapley", "stand-alone", "incremental", "equal"]

RULES: dict[Rule, Text] = {
    "shapley": Text(
        "沙普利值：各种加入顺序下增量的平均", "Shapley: what a party adds, averaged over all orders of joining"
    ),
    "stand-alone": Text("按单干金额的比例分", "in proportion to what each would earn or pay alone"),
    "incremental": Text("按加入顺序，各得其增量", "in the order of joining, each what it adds"),
    "equal": Text("平均分", "in equal parts"),
}


@dataclass(frozen=True, slots=True)
class Shapley:
    """A Shapley value.

    Parameters
    ----------
    values : mapping of party to Fraction
        Currency; they sum to the value of all together, sampled or not.
    by_size : mapping of party to tuple of Fraction
        Mean increment when joining a group of 0, 1, 2 ... others; exact only.
    half_widths : mapping of party to float
        Half the confidence interval of a sampled value, 0 when exact, currency.
    is_exact : bool
    orders : int
        Orders of joining looked at (all n! of them when exact).
    seed : int
    confidence : float
    """

    values: Mapping[str, Fraction]
    by_size: Mapping[str, tuple[Fraction, ...]]
    half_widths: Mapping[str, float]
    is_exact: bool
    orders: int
    seed: int
    confidence: float


def shapley(game: Game, *, orders: int = 2000, seed: int = 1, confidence: float = 0.95) -> Shapley:
    """Return the Shapley value: exact for up to 12 parties, sampled above.

    Parameters
    ----------
    game : Game
    orders : int
        Orders of joining to sample, taken in pairs of an order and its reverse; not used for few parties.
    seed : int
        The same seed gives the same sample.
    confidence : float
        Of the intervals of sampled values.

    References
    ----------
    L. S. Shapley, A value for n-person games, in: Contributions to the Theory of Games II (1953), 307-317.
    """
    check_players(game.players).raise_if_any()
    if len(game.players) <= EXACT_PLAYERS:
        return exact_shapley(game)
    return sampled_shapley(game, orders=orders, seed=seed, confidence=confidence)


def exact_shapley(game: Game) -> Shapley:
    """Return the exact Shapley value of up to 12 parties, from every coalition.

    Raises
    ------
    Rejected
        If there are more parties.
    """
    check_exact(game).raise_if_any()
    players, n = game.players, len(game.players)
    worth = {
        frozenset(group): game.worth(frozenset(group)) for size in range(n + 1) for group in combinations(players, size)
    }
    by_size = {}
    for player in players:
        others = [each for each in players if each != player]
        means = []
        for size in range(n):
            total = sum(
                (worth[frozenset(group) | {player}] - worth[frozenset(group)] for group in combinations(others, size)),
                Fraction(0),
            )
            means.append(total / math.comb(n - 1, size))
        by_size[player] = tuple(means)
    values = {player: sum(means, Fraction(0)) / n for player, means in by_size.items()}
    return Shapley(values, by_size, dict.fromkeys(players, 0.0), True, math.factorial(n), 0, 1.0)


def sampled_shapley(game: Game, *, orders: int = 2000, seed: int = 1, confidence: float = 0.95) -> Shapley:
    """Return a Shapley value from sampled orders of joining, with a confidence interval for each party.

    Each sampled order divides the whole value, so the sampled values sum to it too.
    """
    from rongzhi.kernel.streams import stream

    _check_sample(game, orders, confidence).raise_if_any()
    random = stream(seed, "shapley", *game.players)
    pairs = max(2, orders // 2)
    known: dict[frozenset[str], Fraction] = {}
    sums = dict.fromkeys(game.players, Fraction(0))
    squares = dict.fromkeys(game.players, 0.0)
    for _ in range(pairs):
        order = [game.players[at] for at in random.permutation(len(game.players))]
        there, back = _increments(game, order, known), _increments(game, order[::-1], known)
        for player in game.players:
            both = (there[player] + back[player]) / 2
            sums[player] += both
            squares[player] += float(both) ** 2
    z = _normal_quantile(0.5 + confidence / 2)
    values = {player: total / pairs for player, total in sums.items()}
    widths = {}
    for player in game.players:
        variance = max(0.0, squares[player] / pairs - float(values[player]) ** 2) * pairs / (pairs - 1)
        widths[player] = z * math.sqrt(variance / pairs)
    return Shapley(values, {}, widths, False, 2 * pairs, seed, confidence)


def allocate(game: Game, rule: Rule = "shapley", *, orders: int = 2000, seed: int = 1) -> dict[str, Fraction]:
    """Return what each party gets, or pays, under a rule, exactly; the parts sum to the value of all.

    Parameters
    ----------
    game : Game
    rule : {"shapley", "stand-alone", "incremental", "equal"}
    orders, seed : int
        Of a sampled Shapley value.

    Raises
    ------
    Rejected
        If there is no party, or the rule does not suit the game or is unknown.
    """
    _check_rule(game, rule).raise_if_any()
    if rule == "shapley":
        return dict(shapley(game, orders=orders, seed=seed).values)
    if rule == "stand-alone":
        alone = [game.worth(frozenset({each})) for each in game.players]
        return dict(zip(game.players, proportional(game.whole, alone), strict=True))
    if rule == "incremental":
        return _increments(game, list(game.players), {})
    return dict.fromkeys(game.players, game.whole / len(game.players))


@dataclass(frozen=True, slots=True)
class JointShare:
    """What one party gets, or pays, of a joint order.

    Parameters
    ----------
    party : str
    amount : Decimal
        Currency, to the cent.
    exact : Fraction
    words : tuple of Text
        How the amount came about.
    """

    party: str
    amount: Decimal
    exact: Fraction
    words: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class JointSplit:
    """A joint order divided by one rule.

    Parameters
    ----------
    rule : str
    shares : tuple of JointShare
        They sum to the value of all parties together.
    is_in_core : bool or None
        Whether no group would do better by itself; None for more than 12 parties.
    objections : tuple of Text
    """

    rule: Rule
    shares: tuple[JointShare, ...]
    is_in_core: bool | None
    objections: tuple[Text, ...]


def split_jointly(
    game: Game, rule: Rule = "shapley", *, step: Decimal = CENT, orders: int = 2000, seed: int = 1
) -> JointSplit:
    """Return a joint order divided by a rule, to the cent, with an explanation for each party.

    Raises
    ------
    Rejected
        If the value of all parties together is not a multiple of the step, or the rule does not suit the game.
    """
    _check_whole(game, step).raise_if_any()
    found = shapley(game, orders=orders, seed=seed) if rule == "shapley" else None
    exact = allocate(game, rule) if found is None else dict(found.values)
    whole = Decimal(game.whole.numerator) / Decimal(game.whole.denominator)
    amounts = to_cents(list(exact.values()), whole, step)
    shares = tuple(
        JointShare(party, amount, value, _explain(game, rule, party, value, found))
        for (party, value), amount in zip(exact.items(), amounts, strict=True)
    )
    against = objections(game, exact) if len(game.players) <= EXACT_PLAYERS else None
    words = tuple(each.words for each in against or ())
    return JointSplit(rule, shares, None if against is None else not against, words)


def compare_rules(game: Game, *, step: Decimal = CENT) -> tuple[JointSplit, ...]:
    """Return the joint order divided by every rule, for the parties to see side by side."""
    return tuple(split_jointly(game, rule, step=step) for rule in RULES)


def _increments(game: Game, order: list[str], known: dict[frozenset[str], Fraction]) -> dict[str, Fraction]:
    found, group, before = {}, frozenset[str](), Fraction(0)
    for player in order:
        group |= {player}
        after = known.get(group)
        if after is None:
            after = known[group] = game.worth(group)
        found[player], before = after - before, after
    return {player: found[player] for player in game.players}


def _explain(game: Game, rule: Rule, party: str, value: Fraction, found: Shapley | None) -> tuple[Text, ...]:
    words = [RULES[rule]]
    if found is not None and found.is_exact:
        for size, mean in enumerate(found.by_size[party]):
            adds = Text("增加", "adds") if game.kind == "gain" else Text("增加费用", "adds a cost of")
            when = Text(f"第 {size + 1} 个加入时", f"joining after {size} other{'s' if size > 1 else ''}")
            if size == 0:
                when = Text("最先加入时", "joining first")
            words.append(Text(f"{when.zh}平均{adds.zh} {money(mean)}", f"{when.en} {adds.en} {money(mean)} on average"))
        n = len(game.players)
        words.append(Text(f"以上 {n} 个数的平均：{money(value)}", f"the mean of these {n}: {money(value)}"))
    elif found is not None:
        half = f"{found.half_widths[party]:,.2f}"
        words.append(
            Text(
                f"抽取 {found.orders} 种加入顺序（种子 {found.seed}）：{money(value)} ± {half}"
                f"（{found.confidence:.0%} 置信）",
                f"{found.orders} orders of joining sampled (seed {found.seed}): {money(value)} ± {half} "
                f"({found.confidence:.0%} confidence)",
            )
        )
    elif rule == "stand-alone":
        alone = money(game.worth(frozenset({party})))
        words.append(Text(f"单干为 {alone}，分得 {money(value)}", f"{alone} alone, {money(value)} of the whole"))
    return tuple(words)


def _check_sample(game: Game, orders: int, confidence: float) -> Findings:
    findings = Findings(check_players(game.players))
    if orders < 4:
        findings.error(
            "too-few-orders",
            "orders",
            Text(f"抽样 {orders} 次太少", f"{orders} orders are too few"),
            Text("至少 4 次，通常 2000 次", "take 4 or more, usually 2000"),
        )
    if not 0 < confidence < 1:
        findings.error(
            "confidence",
            "confidence",
            Text(f"置信水平 {confidence} 不在 0 与 1 之间", f"a confidence of {confidence} is not between 0 and 1"),
            Text("通常 0.95", "usually 0.95"),
        )
    return findings


def _check_rule(game: Game, rule: str) -> Findings:
    findings = Findings(check_players(game.players))
    if rule not in RULES:
        findings.error(
            "unknown-rule",
            "rule",
            Text(f"没有规则“{rule}”", f"there is no rule '{rule}'"),
            Text(f"请使用：{'、'.join(RULES)}", f"use one of: {', '.join(RULES)}"),
        )
    for player in game.players if rule == "stand-alone" else ():
        value = game.worth(frozenset({player}))
        if value < 0:
            findings.error(
                "negative-alone",
                f"values[{player}]",
                Text(f"{player} 单干为负（{money(value)}）", f"{player} alone has a negative value ({money(value)})"),
                Text("改用其他规则", "use another rule"),
            )
    return findings


def _check_whole(game: Game, step: Decimal) -> Findings:
    findings = Findings(check_players(game.players))
    if findings.is_clean and (game.whole / Fraction(step)).denominator != 1:
        findings.error(
            "not-in-cents",
            "values",
            Text(
                f"总额 {float(game.whole)} 不是 {step} 的整数倍", f"{float(game.whole)} in all is no multiple of {step}"
            ),
            Text("总额写到最小金额", "round the value of all parties together first"),
        )
    return findings


def _normal_quantile(q: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(q)
