"""The cost build-up: one line for each cause, with its formula in words, its inputs and its amount."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from rongzhi.engines.costing.checks import check_job, check_terms
from rongzhi.engines.costing.model import ZERO, Job, Leg, Material, Operation, Terms
from rongzhi.kernel.findings import Finding, Findings
from rongzhi.kernel.money import Money
from rongzhi.kernel.text import Text

Kind = Literal[
    "material", "setup", "run", "outside", "tooling", "secondary", "overhead", "transport", "charge",
    "margin", "fee", "tax",
]  # fmt: skip

COST_KINDS: tuple[Kind, ...] = (
    "material", "setup", "run", "outside", "tooling", "secondary", "overhead", "transport", "charge",
)  # fmt: skip

ROUNDING = Text(
    "每行四舍五入到最小金额；合计为各行之和；单价由合计除以数量得出，仅供显示",
    "every line is rounded half up to the smallest amount; totals are sums of lines; unit prices are totals over the "
    "quantity, for showing only",
)


@dataclass(frozen=True, slots=True)
class Input:
    """One number a line was computed from.

    Parameters
    ----------
    name : Text
    value : Decimal
    unit : str
    """

    name: Text
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the build-up.

    Parameters
    ----------
    code : str
        ``kind:code``, such as ``run:20``.
    kind : str
    title : Text
    operation : str
        Code of the operation the line belongs to, or empty.
    formula : Text
        How the amount comes about, in words.
    inputs : tuple of Input
    amount : Decimal
        For the whole order, rounded to the smallest amount.
    unit : str
        Currency of the amount.
    """

    code: str
    kind: Kind
    title: Text
    operation: str
    formula: Text
    inputs: tuple[Input, ...]
    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Build:
    """A cost build-up of one order.

    Parameters
    ----------
    job : Job
    terms : Terms
    lines : tuple of Line
    started : int
        Pieces that must enter the first operation.
    notes : tuple of Finding
        Warnings that do not stop the build-up.
    """

    job: Job
    terms: Terms
    lines: tuple[Line, ...]
    started: int
    notes: tuple[Finding, ...]

    def total(self, *kinds: Kind) -> Decimal:
        """Return the sum of the lines of some kinds, currency."""
        return sum((line.amount for line in self.lines if line.kind in kinds), ZERO)

    @property
    def cost(self) -> Decimal:
        """Everything but margin, fee and tax."""
        return self.total(*COST_KINDS)

    @property
    def price(self) -> Decimal:
        """Net price: cost, margin and fee."""
        return self.cost + self.total("margin", "fee")

    @property
    def gross(self) -> Decimal:
        """Price with tax."""
        return self.price + self.total("tax")

    @property
    def unit_cost(self) -> Decimal:
        """Cost of one good piece, rounded."""
        return self._each(self.cost)

    @property
    def unit_price(self) -> Decimal:
        """Net price of one good piece, rounded."""
        return self._each(self.price)

    def operation(self, code: str) -> Decimal:
        """Return the cost of one operation: set-up, run or outside price, tooling, secondary work, overhead."""
        return sum((line.amount for line in self.lines if line.operation == code), ZERO)

    def _each(self, amount: Decimal) -> Decimal:
        return rounded(amount / self.job.quantity, self.terms.step)


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    """Return an amount rounded half up to a step."""
    return Money(amount).rounded(step).amount


def build_cost(job: Job, terms: Terms | None = None) -> Build:
    """Return the cost build-up of a job.

    Parameters
    ----------
    job : Job
    terms : Terms or None
        Shares for overhead, margin, fee and tax; without them the price is the cost.

    Raises
    ------
    Rejected
        With everything that is wrong at once.
    """
    terms = terms or Terms()
    findings = Findings(check_job(job))
    findings.extend(check_terms(terms))
    findings.raise_if_any()
    entering = pieces_entering(job)
    started = entering[0] if entering else job.quantity
    lines = [_material(material, started, terms) for material in job.materials]
    for operation, pieces in zip(job.operations, entering, strict=True):
        lines += _operation(operation, pieces, terms)
    lines += [_leg(leg, job.quantity, terms) for leg in job.legs]
    for charge in job.charges:
        inputs = (Input(charge.name, charge.amount, terms.currency),)
        words = Text("按单收取", "for the order")
        lines.append(_line(f"charge:{charge.code}", charge.name, (words, inputs), charge.amount, terms))
    lines += _price(lines, terms)
    return Build(job, terms, tuple(line for line in lines if line.amount), started, tuple(findings))


def pieces_entering(job: Job) -> tuple[int, ...]:
    """Return how many pieces must enter each operation so that the ordered good ones leave the last."""
    found: list[int] = []
    wanted = job.quantity
    for operation in reversed(job.operations):
        wanted = int((Decimal(wanted) / (1 - operation.scrap)).to_integral_value(ROUND_CEILING))
        found.append(wanted)
    return tuple(reversed(found))


def _line(
    code: str, title: Text, why: tuple[Text, tuple[Input, ...]], amount: Decimal, terms: Terms, *, operation: str = ""
) -> Line:
    kind: Kind = code.split(":", maxsplit=1)[0]  # type: ignore[assignment]
    return Line(code, kind, title, operation, *why, rounded(amount, terms.step), terms.currency)


def _material(material: Material, started: int, terms: Terms) -> Line:
    amount = started * material.use / (1 - material.scrap) * material.price
    formula = Text("投料件数 × 单件用量 ÷ (1 − 损耗率) × 单价", "pieces started × use ÷ (1 − loss) × price")
    inputs = (
        _pieces("投料件数", "pieces started", started),
        Input(Text("单件用量", "use of one piece"), material.use, material.unit),
        Input(Text("损耗率", "loss"), material.scrap, ""),
        Input(Text("单价", "price"), material.price, f"{terms.currency}/{material.unit}"),
    )
    title = Text(f"材料：{material.name.zh}", f"material: {material.name.en}")
    return _line(f"material:{material.code}", title, (formula, inputs), amount, terms)


def _operation(operation: Operation, pieces: int, terms: Terms) -> Iterator[Line]:
    entering = _pieces("进入件数", "pieces entering", pieces)
    made = list(_times(operation, pieces, entering, terms))
    yield from made
    for kind, zh, en, fixed, each in (
        ("tooling", "工装刀具", "tooling", operation.tooling, operation.tooling_per_piece),
        ("secondary", "辅助作业", "secondary work", ZERO, operation.secondary_per_piece),
    ):
        inputs: tuple[Input, ...] = (
            Input(Text("按单", "for the order"), fixed, terms.currency),
            Input(Text("单件", "for one piece"), each, f"{terms.currency}/pcs"),
            entering,
        )
        title = Text(f"{zh}：{operation.name.zh}", f"{en}: {operation.name.en}")
        words = Text("按单费用 + 单件费用 × 进入件数", "charge for the order + charge for one piece × pieces entering")
        amount = fixed + each * pieces
        yield _line(f"{kind}:{operation.code}", title, (words, inputs), amount, terms, operation=operation.code)
    own = sum((line.amount for line in made if line.kind in {"setup", "run"}), ZERO)
    inputs = (
        Input(Text("调整与加工", "set-up and run"), own, terms.currency),
        Input(Text("管理费率", "overhead share"), terms.overhead, ""),
    )
    title = Text(f"管理费：{operation.name.zh}", f"overhead: {operation.name.en}")
    words = Text("(调整 + 加工) × 管理费率", "(set-up + run) × overhead share")
    amount = own * terms.overhead
    yield _line(f"overhead:{operation.code}", title, (words, inputs), amount, terms, operation=operation.code)


def _times(operation: Operation, pieces: int, entering: Input, terms: Terms) -> Iterator[Line]:
    """Yield set-up and run, or the price asked by somebody else."""
    name, code, currency = operation.name, operation.code, terms.currency
    if operation.outside is not None:
        price = operation.outside
        each = price.price(pieces)
        inputs: tuple[Input, ...] = (
            entering,
            Input(Text("外协单价", "price of one piece"), each, f"{currency}/pcs"),
            Input(Text("按单", "for the order"), price.fixed, currency),
            Input(Text("最低收费", "least charge"), price.minimum, currency),
        )
        words = Text(
            "取大：按单费用 + 外协单价 × 进入件数，最低收费",
            "the larger of charge for the order + price × pieces entering, and the least charge",
        )
        title = Text(f"外协：{name.zh}", f"outside: {name.en}")
        amount = max(price.fixed + each * pieces, price.minimum)
        yield _line(f"outside:{code}", title, (words, inputs), amount, terms, operation=code)
        return
    setups = -(-pieces // operation.batch) if operation.batch else 1
    rate = Input(Text("小时费率", "hourly rate"), operation.rate, f"{currency}/h")
    inputs = (
        Input(Text("调整次数", "set-ups"), Decimal(setups), ""),
        Input(Text("单次调整", "one set-up"), operation.setup_min, "min"),
        rate,
    )
    title = Text(f"调整：{name.zh}", f"set-up: {name.en}")
    words = Text("调整次数 × 单次调整 ÷ 60 × 小时费率", "set-ups × minutes ÷ 60 × hourly rate")
    amount = setups * operation.setup_min * operation.rate / 60
    yield _line(f"setup:{code}", title, (words, inputs), amount, terms, operation=code)
    inputs = (entering, Input(Text("单件工时", "run of one piece"), operation.run_min, "min"), rate)
    title = Text(f"加工：{name.zh}", f"run: {name.en}")
    words = Text("进入件数 × 单件工时 ÷ 60 × 小时费率", "pieces entering × minutes ÷ 60 × hourly rate")
    amount = pieces * operation.run_min * operation.rate / 60
    yield _line(f"run:{code}", title, (words, inputs), amount, terms, operation=code)


def _leg(leg: Leg, pieces: int, terms: Terms) -> Line:
    amount = leg.fixed + leg.km * leg.per_km + pieces * leg.kg_per_piece * leg.per_kg
    words = Text(
        "起步费 + 里程 × 每千米费用 + 件数 × 单件质量 × 每千克费用",
        "fixed + distance × rate of a kilometre + pieces × mass × rate of a kilogram",
    )
    inputs = (
        Input(Text("起步费", "fixed"), leg.fixed, terms.currency),
        Input(Text("里程", "distance"), leg.km, "km"),
        Input(Text("每千米", "rate of a kilometre"), leg.per_km, f"{terms.currency}/km"),
        _pieces("件数", "pieces", pieces),
        Input(Text("单件质量", "mass of one piece"), leg.kg_per_piece, "kg"),
        Input(Text("每千克", "rate of a kilogram"), leg.per_kg, f"{terms.currency}/kg"),
    )
    title = Text(f"运输：{leg.name.zh}", f"transport: {leg.name.en}")
    return _line(f"transport:{leg.code}", title, (words, inputs), amount, terms)


def _price(lines: Sequence[Line], terms: Terms) -> Iterator[Line]:
    """Yield margin, platform fee and tax on what the cost lines come to."""
    currency = terms.currency
    cost = sum((line.amount for line in lines), ZERO)
    inputs = (
        Input(Text("成本", "cost"), cost, currency),
        Input(Text("风险加成率", "margin"), terms.margin, ""),
    )
    words = Text("成本 × 风险加成率", "cost × margin")
    margin = _line("margin", Text("风险与利润", "risk margin"), (words, inputs), cost * terms.margin, terms)
    yield margin
    before = cost + margin.amount
    inputs = (
        Input(Text("成本加成价", "cost with margin"), before, currency),
        Input(Text("费率", "fee"), terms.fee, ""),
    )
    on_price = terms.fee_on == "price"
    words = (
        Text(
            "成本加成价 × 费率 ÷ (1 − 费率)：占净价的份额",
            "cost with margin × fee ÷ (1 − fee): a share of the net price",
        )
        if on_price
        else Text("成本加成价 × 费率", "cost with margin × fee")
    )
    amount = before * terms.fee / (1 - terms.fee) if on_price else before * terms.fee
    fee = _line("fee", Text("平台费", "platform fee"), (words, inputs), amount, terms)
    yield fee
    net = before + fee.amount
    inputs = (Input(Text("净价", "net price"), net, currency), Input(Text("税率", "tax"), terms.tax, ""))
    words = Text("净价 × 税率", "net price × tax")
    yield _line("tax", Text("增值税", "value-added tax"), (words, inputs), net * terms.tax, terms)


def _pieces(zh: str, en: str, pieces: int) -> Input:
    return Input(Text(zh, en), Decimal(pieces), "pcs")
