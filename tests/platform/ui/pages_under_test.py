"""Pages of every kind over organisations and jobs, for the tests of the page kinds."""

from django import forms
from django.urls import include, path

from rongzhi.kernel.errors import Conflict, NotFound, Rejected
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.policy import ALLOW, deny, needs_role
from rongzhi.platform.accounts.models import Organisation, Role
from rongzhi.platform.i18n import say
from rongzhi.platform.jobs.models import Job
from rongzhi.platform.ui.pages import (
    ActPage,
    Badge,
    BoardPage,
    Bulk,
    Button,
    Column,
    Empty,
    Fact,
    Figure,
    Filter,
    FormPage,
    Link,
    ListPage,
    RecordPage,
    ReportPage,
    RunPage,
    Tab,
    Task,
    YesNo,
    field,
)


def close(_: Actor, rows: list) -> str:
    Organisation.objects.filter(pk__in=[row.pk for row in rows]).update(is_active=False)
    return f"closed {len(rows)}"


class Organisations(ListPage):
    title = say("单位", "Organisations")
    lead = say("平台上的各方", "The parties on the platform")
    leaf = "3.4"
    columns = (
        Column("code", "代码", link=lambda row: f"/organisations/{row.code}/", sort="code"),
        Column("name_zh", say("名称", "Name"), sort="name_zh"),
        Column("kind", say("类型", "Kind"), kind="badge", tones={"factory": "info"}),
        Column("created_at", say("加入时间", "Joined"), kind="datetime", sort="created_at", is_hidden=True),
        Column("size", say("字数", "Letters"), kind="int", value=lambda row: len(row.code), unit=say("字", "letters")),
    )
    search_fields = ("code", "name_zh")
    filters = (
        Filter("kind", say("类型", "Kind"), Role.choices),
        YesNo("active", say("启用", "Active"), path="is_active"),
    )
    order = "code"
    paginate_by = 10
    create = Button(say("新建", "New"), "/organisations/new/", style="primary")
    empty = Empty(say("还没有单位", "No organisations yet"), say("先新建一个", "Make one"), create)
    bulk = (Bulk("close", say("停用", "Close"), close, may=lambda actor: needs_role(actor, Role.OPERATOR)),)
    file_name = "organisations"

    def queryset(self, actor):
        return Organisation.objects.exclude(code="hidden")


class OrganisationRecord(RecordPage):
    kind = say("单位", "Organisation")

    def get_object(self, actor, code):
        found = Organisation.objects.filter(code=code).first()
        if found is None:
            raise NotFound(Text("没有这个单位", "no such organisation"), where=code)
        return found

    def title_of(self, obj):
        return obj.name

    def state(self, obj):
        return Badge(say("启用", "active"), "ok")

    def facts(self, obj):
        return [Fact(say("代码", "Code"), obj.code), Fact(say("数量", "Count"), 12345, "int", unit=say("件", "pcs"))]

    def tabs(self, obj, actor):
        return [
            Tab("one", say("概况", "Overview"), "ui/parts/facts.html", lambda obj, actor: {"items": []}),
            Tab("two", say("其他", "Other"), "ui/parts/facts.html", count=3),
        ]

    def buttons(self, obj, actor):
        return [
            Button(say("停用", "Close"), "/close/", "post", verdict=deny("仍有订单", "still has orders")),
            Button(say("启用", "Open"), "/open/", "post", "primary", fields={"code": obj.code}),
        ]

    def subject(self, obj):
        return f"organisation/{obj.code}"


class NewForm(forms.Form):
    code = field(forms.SlugField(label="code"), term="due_date")
    amount = field(forms.IntegerField(label="amount", min_value=1), unit=say("件", "pcs"))


class NewOrganisation(FormPage):
    title = say("新建单位", "New organisation")
    form_class = NewForm
    parents = (Link(say("单位", "Organisations"), "/organisations/"),)

    def may(self, actor):
        return needs_role(actor, Role.OPERATOR)

    def act(self, actor, form):
        code = form.cleaned_data["code"]
        if code == "bad":
            words = Text("坏代码", "bad code"), Text("换一个", "take another")
            raise Rejected([Finding("bad", "organisations[0].code", *words), Finding("odd", "elsewhere", *words)])
        if code == "late":
            raise Conflict(Text("已被更改", "already changed"), fix=Text("刷新", "reload"))
        return Organisation.objects.create(code=code, name_zh=code, kind=Role.FACTORY)

    def success_url(self, result):
        return f"/organisations/{result.code}/"


class Act(ActPage):
    def act(self, actor, **kwargs):
        if self.request.POST.get("late"):
            raise Conflict(Text("已被更改", "already changed"))

    def next_url(self, result):
        return "/organisations/"


class Board(BoardPage):
    title = say("看板", "Board")

    def may(self, actor):
        return ALLOW

    def figures(self, actor):
        return [Figure(say("订单", "Orders"), 1234, trend=(1.0, 3.0, 2.0), url="/organisations/")]

    def tasks(self, actor):
        return [Task(say("发布计划", "Publish"), "/x/", say("今天到期", "due today"), Badge("A", "warn"))]


class Report(ReportPage):
    title = say("报告", "Report")

    def facts(self):
        return [Fact(say("期间", "Period"), "2026")]


class Run(RunPage):
    def get_job(self, actor, pk):
        return Job.objects.get(pk=pk)


urlpatterns = [
    path("organisations/", Organisations.as_view()),
    path("organisations/new/", NewOrganisation.as_view()),
    path("organisations/<slug:code>/", OrganisationRecord.as_view()),
    path("act/", Act.as_view()),
    path("board/", Board.as_view()),
    path("report/", Report.as_view()),
    path("run/<uuid:pk>/", Run.as_view()),
    path("", include("rongzhi.web.urls")),
]
