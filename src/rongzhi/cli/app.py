"""The commands and their options; the work itself is in `rongzhi.cli.commands`, imported when it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rongzhi.cli.speech import choose, say

app = typer.Typer(
    name="rongzhi",
    help=say("融制：服务型制造平台与程序库", "Rongzhi: service-oriented manufacturing"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_NETWORK_HELP = say("网络：.json、.xlsx、.zip 或 CSV 文件夹", "network: .json, .xlsx, .zip or a folder of CSV tables")
_ORDERS_HELP = say("订单：.json、.csv、.xlsx、.zip 或 CSV 文件夹", "orders: .json, .csv, .xlsx, .zip or a folder")
_ITEMS_HELP = say(
    "物料、清单与工艺路线所在文件（默认在订单文件或网络文件中找）",
    "file with items, bills and routings (looked for in the orders' file, then the network's)",
)
_PLAN_HELP = say("计划文件", "plan file")
_NOW_HELP = say("计划起点，如 2026-03-02T08:00+08:00", "start of planning, such as 2026-03-02T08:00+08:00")
_ITERATIONS_HELP = say("迭代上限（代替时间），结果可重现", "iteration limit in place of time; repeatable")
_WEIGHTS_HELP = say("目标权重，如", "weights, such as") + " weighted_tardiness=1,cost=0.1"
_PROBLEM_HELP = say(
    "问题：.json、CSV 文件夹、.fjs、Taillard、PSPLIB 等，可为压缩包",
    "problem: .json, a folder of CSV tables, .fjs, Taillard, PSPLIB ..., plain or packed",
)
_SOLVED_HELP = say("计划（.json、.csv）或图（.svg、.png、.html）", "plan (.json, .csv) or picture (.svg, .png, .html)")
_ZERO_HELP = say(
    "表中有日期时的时刻 0，如 2026-03-02T08:00；图上也显示日期",
    "time 0 for tables with dates, such as 2026-03-02T08:00; pictures then show dates",
)
_HORIZON_HELP = say("日历展开天数（0 为自动）", "days of calendars (0: as needed)")

NetworkOption = Annotated[Path, typer.Option("--network", "-n", help=_NETWORK_HELP)]
ItemsOption = Annotated[Path | None, typer.Option("--items", help=_ITEMS_HELP)]
PlanArgument = Annotated[Path, typer.Argument(metavar="PLAN", help=_PLAN_HELP)]
OriginOption = Annotated[str, typer.Option("--origin", help=_NOW_HELP)]
TimeOption = Annotated[
    float, typer.Option("--time-limit", "-t", min=0, help=say("求解时间（秒）", "time to search, seconds"))
]
IterationsOption = Annotated[int | None, typer.Option("--iterations", min=0, help=_ITERATIONS_HELP)]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help=say("随机种子", "random seed"))]


def _version(wanted: bool) -> None:
    if wanted:
        from rongzhi import __version__

        typer.echo(f"rongzhi {__version__}")
        raise typer.Exit


@app.callback()
def root(
    lang: Annotated[str, typer.Option("--lang", help=say("语言：zh 或 en", "language: zh or en"))] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=say("显示版本", "show the version"))
    ] = False,
) -> None:
    """Set the language of everything that is printed."""
    del version
    choose(lang)


@app.command(help=say("分解订单并在多工厂上排产", "Decompose orders and plan them over the factories"))
def plan(
    orders: Annotated[Path, typer.Argument(metavar="ORDERS", help=_ORDERS_HELP)],
    *,
    network: NetworkOption,
    output: Annotated[Path, typer.Option("--output", "-o", help=_PLAN_HELP)] = Path("plan.json"),
    items: ItemsOption = None,
    time_limit: TimeOption = 10,
    iterations: IterationsOption = None,
    seed: SeedOption = 0,
    weights: Annotated[
        str,
        typer.Option("--weights", "-w", help=_WEIGHTS_HELP),
    ] = "",
    origin: OriginOption = "",
    horizon_days: Annotated[
        int,
        typer.Option("--horizon-days", min=0, help=_HORIZON_HELP),
    ] = 0,
) -> None:
    """Plan orders over a network."""
    from rongzhi.cli.commands.plan import Wish, run
    from rongzhi.cli.solving import Effort

    wish = Wish(Effort(time_limit, iterations, seed), weights, origin, horizon_days)
    run(orders, network, items, output, wish)


@app.command(help=say("求解任意格式的排产问题文件", "Solve a scheduling problem in any known format"))
def solve(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_PROBLEM_HELP)],
    *,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=_SOLVED_HELP)] = None,
    time_limit: TimeOption = 10,
    iterations: IterationsOption = None,
    seed: SeedOption = 0,
    format_: Annotated[
        str, typer.Option("--format", help=say("格式名（一般自动识别）", "name of the format if it is not recognised"))
    ] = "",
    member: Annotated[str, typer.Option("--member", help=say("压缩包中的文件", "file inside an archive"))] = "",
    origin: Annotated[str, typer.Option("--origin", help=_ZERO_HELP)] = "",
) -> None:
    """Solve a problem file."""
    from rongzhi.cli.commands.solve import Source, run
    from rongzhi.cli.solving import Effort

    run(file, output, Effort(time_limit, iterations, seed), Source(format_, member, origin))


@app.command(help=say("在现有计划上答复新订单的交期与费用", "Promise a date and a cost for new orders beside a plan"))
def promise(
    order: Annotated[Path, typer.Argument(metavar="ORDER", help=_ORDERS_HELP)],
    plan_file: Annotated[Path, typer.Option("--plan", "-p", help=_PLAN_HELP)],
    cheapest: Annotated[
        bool, typer.Option("--cheapest", help=say("先求费用最低（不误期）", "least cost on time instead of earliest"))
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=say("把答复另存为 JSON", "also write the answer as JSON"))
    ] = None,
) -> None:
    """Promise dates for new orders."""
    from rongzhi.cli.commands.promise import run

    run(order, plan_file, output, is_cheapest=cheapest)


@app.command(help=say("用独立检验器核对计划", "Check a plan with the independent checker"))
def check(plan_file: PlanArgument) -> None:
    """Check a plan."""
    from rongzhi.cli.commands.check import run

    raise typer.Exit(run(plan_file))


@app.command(help=say("画甘特图（.svg、.png 或 .html）", "Draw a plan as a Gantt chart (.svg, .png or .html)"))
def gantt(
    plan_file: PlanArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help=say("图形文件", "picture file"))] = Path("plan.svg"),
) -> None:
    """Draw a plan."""
    from rongzhi.cli.commands.gantt import run

    run(plan_file, output)


@app.command("check-data", help=say("检查网络、物料与订单数据", "Check network, items and orders"))
def check_data(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=f"{_NETWORK_HELP} / {_ORDERS_HELP}")],
    network: Annotated[Path | None, typer.Option("--network", "-n", help=_NETWORK_HELP)] = None,
    items: ItemsOption = None,
    origin: OriginOption = "",
) -> None:
    """Check documents."""
    from rongzhi.cli.commands.data import run

    raise typer.Exit(run(file, network, items, origin))


@app.command(help=say("写出样例数据：levy2014 或 synthetic", "Write sample data: levy2014 or synthetic"))
def sample(
    name: Annotated[str, typer.Argument(metavar="levy2014|synthetic")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help=say("文件夹", "folder"))] = Path("sample"),
    start: Annotated[str, typer.Option("--start", help=say("起始星期一", "first Monday") + " (2026-03-02)")] = "",
    factories: Annotated[int, typer.Option("--factories", min=1)] = 6,
    machines: Annotated[int, typer.Option("--machines", min=1, help=say("每厂机床数", "machines per factory"))] = 8,
    items: Annotated[int, typer.Option("--items", min=4)] = 40,
    orders: Annotated[int, typer.Option("--orders", min=0)] = 100,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
) -> None:
    """Write a sample."""
    from rongzhi.cli.commands.sample import Sizes, run

    run(name, output, start, Sizes(factories, machines, items, orders, seed))
