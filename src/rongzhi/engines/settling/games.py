"""Cooperative games: what every group of parties would earn, or pay, by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Literal

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text

Coalition = frozenset[str]
Value = Callable[[Coalition], Decimal | Fraction | int]

EXACT_PLAYERS = 12
"""Up to so many parties every coalition is looked at (4,095 of them)."""


@dataclass(frozen=True)
class Game:
    """A characteristic function over named parties.

    Parameters
    ----------
    players : tuple of str
        In the order in which they joined.
    value : callable of frozenset of str -> number
        What a group earns, or pays, by itself, currency; the empty group is never asked.
    kind : {"gain", "cost"}
        Whether the value is earned or paid.
    """

    players: tuple[str, ...]
    value: Value
    kind: Literal["gain", "cost"] = "gain"

    def worth(self, group: Coalition) -> Fraction:
        """Return the value of a group as an exact fraction; nothing for nobody."""
        return Fraction(self.value(group)) if group else Fraction(0)

    @property
    def whole(self) -> Fraction:
        """Value of all parties together."""
        return self.worth(frozenset(self.players))


def game_from_table(
    values: Mapping[Coalition, Decimal | Fraction | int], kind: Literal["gain", "cost"] = "gain"
) -> Game:
    """Return the game of a table of coalitions, in which every group of the named parties must stand.

    Raises
    ------
    Rejected
        If a coalition is missing, or there is no party.
    """
    players = tuple(dict.fromkeys(name for group in values for name in sorted(group)))
    findings = Findings(check_players(players))
    if findings.is_clean and len(players) <= EXACT_PLAYERS:
        for size in range(1, len(players) + 1):
            for group in combinations(players, size):
                if frozenset(group) not in values:
                    shown = ", ".join(group)
                    findings.error(
                        "coalition-missing",
                        f"values[{shown}]",
                        Text(f"缺少联盟 {shown} 的值", f"the value of the coalition {shown} is missing"),
                        Text("补上该联盟单独能得（或须付）的金额", "add what this group would earn or pay by itself"),
                    )
    findings.raise_if_any()
    return Game(players, lambda group: values[group], kind)


def check_players(players: Sequence[str]) -> Findings:
    """Check the parties of a game: at least one, each once."""
    findings = Findings()
    if not players or len(set(players)) != len(players):
        findings.error(
            "players",
            "players",
            Text("没有参与方或参与方重复", "there is no party, or a party comes twice"),
            Text("每个参与方写一次", "name each party once"),
        )
    return findings


def check_exact(game: Game) -> Findings:
    """Check that a game is small enough to look at every coalition."""
    findings = Findings(check_players(game.players))
    if len(game.players) > EXACT_PLAYERS:
        findings.error(
            "too-many-players",
            "players",
            Text(
                f"{len(game.players)} 个参与方，逐个联盟计算最多 {EXACT_PLAYERS} 个",
                f"{len(game.players)} parties; every coalition is looked at for {EXACT_PLAYERS} at most",
            ),
            Text("改用抽样计算", "use the sampled rule"),
        )
    return findings


@dataclass(frozen=True, slots=True)
class Objection:
    """A group that would do better by itself.

    Parameters
    ----------
    group : tuple of str
    alone, offered : Fraction
        What the group earns or pays by itself, and under the allocation, currency.
    words : Text
    """

    group: tuple[str, ...]
    alone: Fraction
    offered: Fraction
    words: Text

    @property
    def loss(self) -> Fraction:
        """How much the group loses by staying, currency."""
        return abs(self.alone - self.offered)


def objections(game: Game, allocation: Mapping[str, Decimal | Fraction | int]) -> tuple[Objection, ...]:
    """Return the groups that would do better by themselves, the largest loss first; none if it is in the core.

    Raises
    ------
    Rejected
        If there are more than 12 parties.
    """
    check_exact(game).raise_if_any()
    found = []
    for size in range(1, len(game.players)):
        for group in combinations(game.players, size):
            alone = game.worth(frozenset(group))
            offered = sum((Fraction(allocation[each]) for each in group), Fraction(0))
            if (offered < alone) if game.kind == "gain" else (offered > alone):
                found.append(Objection(group, alone, offered, _objection_words(game, group, alone, offered)))
    return tuple(sorted(found, key=lambda each: -each.loss))


def has_core(game: Game) -> bool:
    """Return whether any allocation satisfies every group (the core is not empty), by linear programming.

    Raises
    ------
    Rejected
        If there are more than 12 parties.
    """
    from scipy.optimize import linprog

    check_exact(game).raise_if_any()
    players, sign = game.players, 1 if game.kind == "gain" else -1
    rows, bounds = [], []
    for size in range(1, len(players)):
        for group in combinations(players, size):
            rows.append([-sign * (each in group) for each in players])
            bounds.append(-sign * float(game.worth(frozenset(group))))
    if not rows:
        return True
    scale = max(1.0, *(abs(each) for each in bounds))
    whole = [[1] * len(players)]
    # the least any group must be given beyond its due: 0 or less means that the core is not empty
    slack = [[*row, -1] for row in rows]
    answer = linprog(
        [0] * len(players) + [1],
        A_ub=slack,
        b_ub=[each / scale for each in bounds],
        A_eq=[[*whole[0], 0]],
        b_eq=[float(game.whole) / scale],
        bounds=[(None, None)] * len(players) + [(-1, None)],
    )
    return bool(answer.fun <= 1e-9)


def _objection_words(game: Game, group: Sequence[str], alone: Fraction, offered: Fraction) -> Text:
    names_zh, names_en = "、".join(group), ", ".join(group)
    a, b = money(alone), money(offered)
    if game.kind == "gain":
        return Text(f"{names_zh} 单干可得 {a}，这样只得 {b}", f"{names_en} would earn {a} alone, here only {b}")
    return Text(f"{names_zh} 单干只付 {a}，这样要付 {b}", f"{names_en} would pay {a} alone, here {b}")


def money(amount: Fraction) -> str:
    """Return an exact amount as people write it, rounded to the cent."""
    cents = round(amount * 100)
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
