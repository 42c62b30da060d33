"""Finds places for an order: labels over its route first, then real booking along the best path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rongzhi.engines.scheduling.model import FOREVER, Operation, Precedence
from rongzhi.engines.scheduling.promise.board import Board, Way, after_limits
from rongzhi.engines.scheduling.promise.lane import Limits, Spot
from rongzhi.engines.scheduling.promise.order import Route, usable_ways
from rongzhi.engines.scheduling.result import Assignment

_ROUNDS = 400  # how often operations are moved later together before a chain of largest waits is given up

Placed = tuple[Way, int, int]
Choice = dict[str, list[Way]]


@dataclass(frozen=True, slots=True)
class Taste:
    """What is sought: ``time`` and ``money`` weigh a time unit and a unit of money; ``factory`` restricts all work."""

    time: float = 1.0
    money: float = 0.0
    factory: str | None = None

    def key(self, end: int, cost: float) -> tuple[float, float, float]:
        """Return what is compared: the weighted sum first, then the end, then the cost."""
        return (self.time * end + self.money * cost, end, cost)


FASTEST = Taste(1.0, 0.0)
CHEAPEST = Taste(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class _Label:
    way: Way
    spot: Spot
    cost: float
    path: tuple[_Label, ...]


@dataclass
class Placement:
    """Where an order fits: every operation with its way, start and end, or what stands in the way.

    Parameters
    ----------
    placed : dict of str to (Way, start, end)
    stuck : str or None
        The operation that fits nowhere.
    """

    placed: dict[str, Placed] = field(default_factory=dict)
    stuck: str | None = None

    @property
    def end(self) -> int:
        """Latest end, time units; 0 for nothing."""
        return max((end for _, _, end in self.placed.values()), default=0)


class Placer:
    """Places one order on a board, tentatively; whoever uses it undoes or keeps what it booked."""

    def __init__(self, board: Board, route: Route, not_before: int) -> None:
        self.board = board
        self.route = route
        self.not_before = max(0, not_before)
        self.ways = {code: usable_ways(board, route.job_of[code], each) for code, each in route.operations.items()}
        self._groups = route.groups()
        self._rows: dict[str, Assignment] = {}
        self._first_fits: dict[tuple[str, int, Limits], Spot | None] = {}  # on the board as it is, for every taste
        self._fits = self._first_fits

    def place(self, taste: Taste) -> Placement:
        """Book the whole order tentatively; on failure nothing stays booked."""
        result = Placement()
        for codes, is_single in self._groups:
            self._fits = {} if result.placed else self._first_fits
            result.stuck = self._place_group(codes, taste, result, is_single=is_single)
            if result.stuck is not None:
                self.undo(result)
                break
        return result

    def undo(self, placement: Placement, codes: Iterable[str] | None = None) -> None:
        """Give back what was booked."""
        for code in list(placement.placed) if codes is None else codes:
            if code in placement.placed:
                del placement.placed[code]
                self.board.take(self.route.operations[code], self._rows.pop(code))

    def base(self, code: str) -> int:
        """Return the earliest start an operation has by itself."""
        operation, job = self.route.operations[code], self.route.job_of[code]
        return max(self.not_before, job.release, operation.earliest_start)

    def limits(self, code: str, way: Way, placed: dict[str, Placed]) -> tuple[Limits, list[tuple[int, Precedence]]]:
        """Return the limits known predecessors set, and the largest waits as (latest start, precedence)."""
        earliest, min_end, waits = self.base(code), -FOREVER, []
        for link in self.route.before[code]:
            before = self.known(link.before, placed)
            if before is None:
                continue
            start, latest, end = after_limits(self.board, link, before, way)
            earliest, min_end = max(earliest, start), max(min_end, end)
            if latest >= 0:
                waits.append((latest, link))
        deadline = self.route.job_of[code].deadline
        return Limits(earliest, FOREVER, min_end, FOREVER if deadline is None else deadline), waits

    def known(self, code: str, placed: dict[str, Placed]) -> Placed | None:
        """Return where an operation of the order or of the plan stands, None while it is not placed."""
        if code in placed:
            return placed[code]
        if code in self.route.operations:
            return None
        row = self.board.planned[code]
        return self.board.way(self.board.operations[code], row.mode), row.start, row.end

    def _place_group(self, codes: list[str], taste: Taste, result: Placement, *, is_single: bool) -> str | None:
        bound = {code for code in codes if self.route.job_of[code].single_factory} if is_single else set()
        tries, stuck = [], codes[0]
        for factory in self._factories(bound, taste) if bound else [taste.factory]:
            within = set(codes) if taste.factory else bound
            labels = self._labels(codes, Taste(taste.time, taste.money, factory), within, result.placed)
            if isinstance(labels, str):
                stuck = labels
                continue
            end, cost = max(each.spot.end for each in labels), sum(each.cost for each in labels)
            tries.append((taste.key(end, cost), factory or "", labels))
        best: tuple[tuple[float, float, float], Choice] | None = None
        for lower, factory, labels in sorted(tries, key=lambda each: each[:2]):
            if best is not None and lower >= best[0]:
                break  # labels are a lower bound of what booking gives
            for choice in self._choices(codes, labels, factory or None):
                failed = self._book(codes, choice, result)
                if failed is not None:
                    stuck = failed
                    continue
                key = taste.key(*self._worth(codes, result))
                if best is None or key < best[0]:
                    best = key, {code: [result.placed[code][0]] for code in codes}
                self.undo(result, codes)
                if key <= lower:
                    break
        return stuck if best is None else self._book(codes, best[1], result)

    def _factories(self, codes: set[str], taste: Taste) -> Sequence[str | None]:
        if taste.factory is not None:
            return [taste.factory]
        common = set.intersection(*({way.factory for way in self.ways[code]} for code in codes))
        return sorted(common)

    def _worth(self, codes: list[str], result: Placement) -> tuple[int, float]:
        end = max(result.placed[code][2] for code in codes)
        cost = sum(result.placed[code][0].mode.cost for code in codes)
        for code in codes:
            for link in self.route.before[code]:
                before = self.known(link.before, result.placed)
                if before is not None:
                    cost += self.board.move(before[0], result.placed[code][0])[1]
        return end, cost

    def _labels(self, codes: list[str], taste: Taste, bound: set[str], placed: dict[str, Placed]) -> list[_Label] | str:
        """Return the best label of each last operation, or the operation that fits nowhere."""
        labels: dict[str, list[_Label]] = {}
        for code in codes:
            found = []
            for way in self.ways[code]:
                if taste.factory is not None and code in bound and way.factory != taste.factory:
                    continue
                label = self._label(code, way, taste, labels, placed)
                if label is not None:
                    found.append(label)
            if not found:
                return code
            labels[code] = found
        inside = set(codes)
        last = [code for code in codes if not any(link.after in inside for link in self.route.after[code])]
        best = [min(labels[code], key=lambda each: taste.key(each.spot.end, each.cost)) for code in last]
        return sorted(best, key=lambda each: -each.spot.end)

    def _label(
        self, code: str, way: Way, taste: Taste, labels: dict[str, list[_Label]], placed: dict[str, Placed]
    ) -> _Label | None:
        limits, _ = self.limits(code, way, placed)
        earliest, min_end, cost = limits.earliest, limits.min_end, way.mode.cost
        path = []
        for link in self.route.before[code]:
            if link.before not in labels:
                known = self.known(link.before, placed)
                cost += self.board.move(known[0], way)[1] if known else 0.0
                continue
            best: tuple[tuple[float, float, float], int, int, float, _Label] | None = None
            for label in labels[link.before]:
                before = label.way, label.spot.start, label.spot.end
                start, _, end = after_limits(self.board, link, before, way)
                money = label.cost + self.board.move(label.way, way)[1]
                key = taste.key(max(start, end), money)
                if best is None or key < best[0]:
                    best = key, start, end, money, label
            assert best is not None
            earliest, min_end = max(earliest, best[1]), max(min_end, best[2])
            cost += best[3]
            path.append(best[4])
        asked = Limits(earliest, FOREVER, min_end, limits.max_end)
        key_ = code, way.index, asked
        if key_ not in self._fits:
            self._fits[key_] = way.fit(asked)
        spot = self._fits[key_]
        return None if spot is None else _Label(way, spot, cost, tuple(path))

    def _choices(self, codes: list[str], labels: Sequence[_Label], factory: str | None) -> Iterable[Choice]:
        """Yield the path of the labels; then, for orders that get in their own way, what is left to booking."""
        path: Choice = {}
        stack = list(labels)[::-1]
        while stack:
            label = stack.pop()
            path.setdefault(label.way.operation.code, [label.way])
            stack.extend(label.path)
        yield path
        yield {code: [way for way in self.ways[code] if factory in {None, way.factory}] for code in codes}

    def _book(self, codes: list[str], choice: Choice, result: Placement) -> str | None:
        """Book a choice for real; return the operation that found no place, with nothing of the group booked."""
        floors: dict[str, int] = {}
        at, rounds = 0, 0
        while at < len(codes):
            code = codes[at]
            found = self._spot(code, choice[code], floors, result.placed)
            if found is None:
                self.undo(result, codes)
                return code
            way, spot, waits = found
            broken = min((wait for wait in waits if spot.start > wait[0]), key=lambda each: each[0], default=None)
            if broken is None:
                self._put(code, way, spot, result)
                at += 1
                continue
            rounds += 1
            link = broken[1]
            if link.before not in codes or rounds > _ROUNDS:
                self.undo(result, codes)
                return code
            floors[link.before] = result.placed[link.before][2] + spot.start - broken[0]
            at = codes.index(link.before)
            self.undo(result, codes[at:])
        return None

    def _spot(
        self, code: str, ways: list[Way], floors: dict[str, int], placed: dict[str, Placed]
    ) -> tuple[Way, Spot, list[tuple[int, Precedence]]] | None:
        found = []
        for each in ways:
            limits, waits = self.limits(code, each, placed)
            if code in floors:
                limits = Limits(limits.earliest, limits.latest, max(limits.min_end, floors[code]), limits.max_end)
            spot = each.fit(limits)
            if spot is not None:
                found.append((each, spot, waits))
        return min(found, key=lambda each: (each[1].end, each[0].mode.cost), default=None)

    def _put(self, code: str, way: Way, spot: Spot, result: Placement) -> None:
        operation: Operation = self.route.operations[code]
        row = way.assignment(spot.start, spot.end)
        self._rows[code] = row
        result.placed[code] = way, spot.start, spot.end
        self.board.put(operation, row)
