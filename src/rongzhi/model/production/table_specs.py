"""The flat tables in which people exchange networks and orders: one specification for each, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rongzhi.kernel.text import Text

Kind = Literal["text", "integer", "decimal", "number", "flag", "date", "datetime", "time", "list", "days"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    key : str
        Name in files meant for programs.
    label : Text
        Heading in files meant for people.
    kind : str
        How the cells are read.
    unit : str
        Unit of the figures, empty if they have none.
    example : str
    is_required : bool
    """

    key: str
    label: Text
    kind: Kind = "text"
    unit: str = ""
    example: str = ""
    is_required: bool = False

    @property
    def heading(self) -> Text:
        """The label with its unit."""
        if not self.unit:
            return self.label
        return Text(f"{self.label.zh}（{self.unit}）", f"{self.label.en} ({self.unit})")


@dataclass(frozen=True, slots=True)
class Table:
    """A flat table: its key (also the name of its sheet and file), title and columns."""

    key: str
    label: Text
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        """Return a column by its key."""
        return next(column for column in self.columns if column.key == key)


_Row = tuple[str, str, str, str, str, str]


def _columns(*rows: _Row) -> tuple[Column, ...]:
    """Build columns of (key, zh, en, kind, unit, example); a kind ending in ! is required."""
    return tuple(
        Column(key, Text(zh, en), kind.rstrip("!"), unit, example, kind.endswith("!"))  # type: ignore[arg-type]
        for key, zh, en, kind, unit, example in rows
    )


_CODE: _Row = ("code", "代码", "code", "text!", "", "P1")
_NAME: tuple[_Row, _Row] = (
    ("name_zh", "名称", "name", "text!", "", "车削一组"),
    ("name_en", "英文名称", "English name", "text", "", "Turning 1"),
)

TABLES: dict[str, Table] = {
    table.key: table
    for table in (
        Table("network", Text("网络", "network"), _columns(
            *_NAME,
            ("currency", "币种", "currency", "text", "", "CNY"),
        )),
        Table("places", Text("地点", "places"), _columns(
            _CODE, *_NAME,
            ("region", "地区", "region", "text", "", "上海"),
            ("latitude", "纬度", "latitude", "number", "°", "31.23"),
            ("longitude", "经度", "longitude", "number", "°", "121.47"),
        )),
        Table("calendars", Text("日历", "calendars"), _columns(
            _CODE,
            ("name_zh", "名称", "name", "text", "", "白班"),
            ("name_en", "英文名称", "English name", "text", "", "Day shift"),
            ("timezone", "时区", "time zone", "text", "", "Asia/Shanghai"),
            ("days", "星期", "weekdays", "days", "", "1-5"),
            ("start", "开始", "start", "time", "", "08:00"),
            ("end", "结束", "end", "time", "", "17:00"),
        )),
        Table("calendar_exceptions", Text("日历例外", "calendar exceptions"), _columns(
            ("calendar", "日历", "calendar", "text!", "", "day"),
            ("start", "开始", "start", "datetime!", "", "2026-05-01 00:00"),
            ("end", "结束", "end", "datetime!", "", "2026-05-04 00:00"),
            ("is_working", "工作", "working", "flag", "", "no"),
            ("kind", "类别", "kind", "text", "", "holiday"),
            ("reason", "原因", "reason", "text", "", "劳动节"),
        )),
        Table("factories", Text("工厂", "factories"), _columns(
            _CODE, *_NAME,
            ("place", "地点", "place", "text!", "", "P1"),
            ("calendar", "日历", "calendar", "text!", "", "day"),
            ("organisation", "所属组织", "organisation", "text", "", "ORG1"),
            ("certificates", "证书", "certificates", "list", "", "ISO9001@2026-12-31; IATF16949"),
        )),
        Table("work_centres", Text("工作中心", "work centres"), _columns(
            _CODE, *_NAME,
            ("factory", "工厂", "factory", "text!", "", "F1"),
        )),
        Table("machines", Text("机床", "machines"), _columns(
            _CODE, *_NAME,
            ("work_centre", "工作中心", "work centre", "text!", "", "F1-TURN"),
            ("calendar", "日历", "calendar", "text", "", ""),
            ("hourly_rate", "小时费率", "hourly rate", "decimal", "", "80"),
            ("setup_rate", "准备费率", "set-up rate", "decimal", "", "60"),
            ("speed_factor", "速度系数", "speed factor", "number", "", "1.0"),
            ("changeover_matrix", "换型矩阵", "changeover matrix", "text", "", ""),
            ("is_active", "在用", "in use", "flag", "", "yes"),
        )),
        Table("capabilities", Text("工艺能力", "capabilities"), _columns(
            ("machine", "机床", "machine", "text!", "", "T1"),
            ("process", "工艺", "process", "text!", "", "turning"),
            ("max_length_mm", "最大长度", "largest length", "number", "mm", "500"),
            ("max_width_mm", "最大宽度", "largest width", "number", "mm", ""),
            ("max_height_mm", "最大高度", "largest height", "number", "mm", ""),
            ("max_diameter_mm", "最大直径", "largest diameter", "number", "mm", "200"),
            ("max_mass_kg", "最大质量", "largest mass", "number", "kg", ""),
            ("tolerance_mm", "公差", "closest tolerance", "number", "mm", "0.02"),
            ("materials", "材料", "materials", "list", "", "steel; brass"),
        )),
        Table("open_capacity", Text("开放产能", "open capacity"), _columns(
            ("work_centre", "工作中心", "work centre", "text!", "", "F1-TURN"),
            ("share", "开放比例", "share", "number", "", "0.5"),
            ("calendar", "日历", "calendar", "text", "", ""),
            ("hourly_price", "小时单价", "hourly price", "decimal", "", "100"),
            ("setup_price", "准备单价", "set-up price", "decimal", "", "60"),
            ("processes", "工艺", "processes", "list", "", "turning"),
            ("excluded_customers", "排除客户", "excluded customers", "list", "", ""),
        )),
        Table("changeovers", Text("换型", "changeovers"), _columns(
            ("matrix", "换型矩阵", "changeover matrix", "text!", "", "lathe"),
            ("from_family", "原族", "from family", "text!", "", "steel"),
            ("to_family", "新族", "to family", "text!", "", "brass"),
            ("minutes", "时间", "time", "integer!", "min", "15"),
        )),
        Table("transports", Text("运输", "transports"), _columns(
            ("origin", "起点", "origin", "text!", "", "P1"),
            ("destination", "终点", "destination", "text!", "", "P2"),
            ("minutes", "时间", "time", "integer!", "min", "120"),
            ("cost", "费用", "cost", "decimal", "", "200"),
        )),
        Table("book", Text("订单簿", "order book"), _columns(
            ("origin", "计划起点", "origin", "datetime", "", "2026-03-02 08:00"),
        )),
        Table("items", Text("物料", "items"), _columns(
            _CODE, *_NAME,
            ("unit", "单位", "unit", "text", "", "pcs"),
            ("is_made", "自制", "made", "flag", "", "yes"),
            ("lead_time_min", "采购提前期", "lead time", "integer", "min", "1440"),
            ("unit_cost", "单位成本", "unit cost", "decimal", "", "12.50"),
            ("length_mm", "长度", "length", "number", "mm", "300"),
            ("width_mm", "宽度", "width", "number", "mm", ""),
            ("height_mm", "高度", "height", "number", "mm", ""),
            ("diameter_mm", "直径", "diameter", "number", "mm", "50"),
            ("mass_kg", "质量", "mass", "number", "kg", ""),
            ("material", "材料", "material", "text", "", "steel"),
            ("max_lot", "最大批量", "largest lot", "decimal", "", "100"),
        )),
        Table("bom", Text("物料清单", "bill of materials"), _columns(
            ("parent", "父件", "parent", "text!", "", "PUMP"),
            ("component", "子件", "component", "text!", "", "SHAFT"),
            ("quantity", "用量", "quantity", "decimal!", "", "2"),
            ("unit", "单位", "unit", "text", "", "pcs"),
            ("scrap_rate", "损耗率", "scrap rate", "decimal", "", "0.02"),
            ("at_step", "投料工序", "at step", "integer", "", "10"),
        )),
        Table("routing_steps", Text("工艺路线", "routing steps"), _columns(
            ("item", "物料", "item", "text!", "", "SHAFT"),
            ("version", "版本", "version", "text", "", "1"),
            ("rank", "优先级", "rank", "integer", "", "1"),
            ("is_active", "有效", "active", "flag", "", "yes"),
            ("number", "工序号", "step", "integer!", "", "10"),
            ("name_zh", "工序名称", "name", "text!", "", "粗车"),
            ("name_en", "英文名称", "English name", "text", "", "Rough turning"),
            ("process", "工艺", "process", "text!", "", "turning"),
            ("setup_min", "准备时间", "set-up time", "number", "min", "20"),
            ("run_min_per_unit", "单件工时", "run time per unit", "number!", "min", "3.5"),
            ("family", "换型族", "changeover family", "text", "", "steel"),
            ("after", "前序工序", "after", "list", "", "10; 20"),
            ("alternatives", "指定机床", "listed machines", "list", "", "T1; T2@15/3.2"),
            ("only_listed", "只用指定机床", "only listed", "flag", "", "no"),
            ("transfer_batch", "转移批量", "transfer batch", "decimal", "", ""),
            ("minimum_batch", "最小批量", "minimum batch", "decimal", "", ""),
            ("wait_min", "最短等待", "least wait", "integer", "min", "0"),
            ("max_wait_min", "最长等待", "longest wait", "integer", "min", ""),
            ("is_subcontractable", "可外协", "subcontractable", "flag", "", "yes"),
            ("may_span_breaks", "可跨班", "may span breaks", "flag", "", "yes"),
            ("tolerance_mm", "公差", "tolerance", "number", "mm", ""),
            ("certificates", "证书", "certificates", "list", "", ""),
        )),
        Table("orders", Text("订单", "orders"), _columns(
            ("code", "订单号", "order", "text!", "", "SO-1001"),
            ("customer", "客户", "customer", "text", "", "C1"),
            ("number", "行号", "line", "integer", "", "1"),
            ("item", "物料", "item", "text!", "", "PUMP"),
            ("quantity", "数量", "quantity", "decimal!", "", "18"),
            ("unit", "单位", "unit", "text", "", "pcs"),
            ("due", "交期", "due", "datetime!", "", "2026-03-06 17:00"),
            ("earliest_start", "最早开工", "earliest start", "datetime", "", ""),
            ("priority", "优先级", "priority", "integer", "", "5"),
            ("required_certificates", "要求证书", "required certificates", "list", "", ""),
            ("preferred_factories", "优先工厂", "preferred factories", "list", "", ""),
            ("excluded_factories", "排除工厂", "excluded factories", "list", "", ""),
            ("is_single_factory", "单一工厂", "single factory", "flag", "", "no"),
            ("note", "备注", "note", "text", "", ""),
        )),
    )
}  # fmt: skip
"""Every table by its key. Lists are written with semicolons; an empty cell takes the default."""

NETWORK_TABLES = tuple(list(TABLES)[: list(TABLES).index("book")])
BOOK_TABLES = tuple(list(TABLES)[list(TABLES).index("book") :])

ALIASES: dict[str, tuple[str, ...]] = {
    "code": (
        "编号", "编码", "id", "no", "number", "订单编号", "order no", "order number", "销售订单", "订单代码",
        "单号", "po", "po number", "物料编码", "图号",
    ),
    "name_zh": ("中文名称", "品名", "description", "描述"),
    "item": (
        "料号", "物料号", "产品", "零件", "物料编码", "product", "part", "part number", "part no", "sku",
        "material number", "material", "item no", "item code", "drawing no", "drawing number", "零件号",
        "产品编码", "产品代码", "图号", "品号",
    ),
    "quantity": ("qty", "amount", "订单数量", "需求数量", "件数", "数目", "订货数量", "order quantity", "pieces"),
    "due": (
        "due date", "delivery date", "deadline", "交货期", "交货日期", "要求交期", "交付日期", "交货时间",
        "要货日", "要货日期", "要货时间", "需求日期", "交付期", "need by", "need date", "needed by",
        "required date", "due by", "ship date",
    ),
    "customer": ("客户名称", "client", "customer code", "客户代码"),
    "priority": ("优先等级", "prio"),
    "number": ("line no", "line number", "position", "行", "step number", "工序"),
    "unit": ("uom", "计量单位"),
    "run_min_per_unit": ("run time", "cycle time", "单件时间", "节拍"),
    "setup_min": ("setup", "setup time", "换型时间", "调整时间"),
    "note": ("remark", "remarks", "comment", "说明"),
}  # fmt: skip
"""Other headings people use; taken after keys and labels."""
