"""Every page kind, from one place. How to build a page: docs/how-to/add-a-page.md."""

from rongzhi.platform.ui.boards import BoardPage, ReportPage, RunPage
from rongzhi.platform.ui.filters import Filter, Since, YesNo
from rongzhi.platform.ui.forms import FormPage, field
from rongzhi.platform.ui.lists import Bulk, ListPage
from rongzhi.platform.ui.page import ActPage, Page, error_page, status_page, to_login
from rongzhi.platform.ui.parts import Badge, Button, Empty, Fact, Figure, Link, Series, Tab, Task
from rongzhi.platform.ui.records import RecordPage
from rongzhi.platform.ui.tables import Column

__all__ = [
    "ActPage",
    "Badge",
    "BoardPage",
    "Bulk",
    "Button",
    "Column",
    "Empty",
    "Fact",
    "Figure",
    "Filter",
    "FormPage",
    "Link",
    "ListPage",
    "Page",
    "RecordPage",
    "ReportPage",
    "RunPage",
    "Series",
    "Since",
    "Tab",
    "Task",
    "YesNo",
    "error_page",
    "field",
    "status_page",
    "to_login",
]
