"""The glossary on the platform: read by all, proposed by members, decided by the operator."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rongzhi.foundation.terms.actions import accept_proposal, propose_term, refuse_proposal, withdraw_proposal
from rongzhi.foundation.terms.drafts import TermDraft
from rongzhi.foundation.terms.models import Proposal
from rongzhi.foundation.terms.queries import count, entries, entry, find
from rongzhi.kernel.errors import Conflict, Denied, NotFound, Rejected
from rongzhi.model import glossary
from rongzhi.platform.access.actor import PUBLIC
from rongzhi.platform.events.models import Event

pytestmark = pytest.mark.django_db


def draft(**changes: object) -> TermDraft:
    values: dict[str, object] = {
        "key": "night_premium",
        "zh": "夜班加价",
        "en": "night premium",
        "def_zh": "在夜间时段加工时，工厂在普通价格之上另收的费用。",
        "def_en": "What a factory charges above its ordinary price for work done at night.",
        "subject": "shared_manufacturing",
        "motive": "报价时常用",
    }
    return TermDraft(**{**values, **changes})  # type: ignore[arg-type]


def change() -> TermDraft:
    term = glossary.term("due_date")
    return draft(
        key="due_date",
        zh=term.label.zh,
        en=term.label.en,
        def_zh="客户要求订单或订单行完成并送达的日期和时刻。",
        def_en="The day and time by which the customer wants an order or a line delivered.",
        subject=term.subject,
        alt_zh=term.alt_zh,
        alt_en=term.alt_en,
        broader=term.broader or "",
    )


def state() -> tuple[object, ...]:
    return (list(Proposal.objects.values_list("pk", "state")), Event.objects.count())


def test_a_member_proposes_and_the_operator_accepts(customer, operator) -> None:
    proposal = propose_term(customer, draft())
    assert (proposal.state, proposal.is_change) == ("open", False)
    assert "night_premium" not in entries()
    accept_proposal(operator, proposal.pk)
    found = entry("night_premium")
    assert found.term.label.zh == "夜班加价"
    assert found.proposal == proposal
    assert [item.term.key for item in find("夜班", "", "zh")][:1] == ["night_premium"]
    assert count(PUBLIC) == len(glossary.terms()) + 1
    event = Event.objects.first()
    assert (event.type, event.subject, event.organisation) == (
        "term.accepted",
        "term/night_premium",
        customer.organisation,
    )


def test_the_newest_accepted_change_counts(customer, operator) -> None:
    first = propose_term(customer, change())
    second = propose_term(customer, change().model_copy(update={"def_zh": "客户要求收到订单货物的日期和时刻。"}))
    accept_proposal(operator, second.pk)
    accept_proposal(operator, first.pk)
    assert entry("due_date").term.definition.zh == "客户要求订单或订单行完成并送达的日期和时刻。"
    assert entry("due_date").term.source == glossary.term("due_date").source
    assert len(entries()) == len(glossary.terms())


def test_proposing_is_safe_to_repeat(customer) -> None:
    first = propose_term(customer, draft(), idempotency_key="k")
    assert propose_term(customer, draft(), idempotency_key="k").pk == first.pk
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"key": "Night Premium"}, "key"),
        ({"zh": "工序"}, "zh"),
        ({"def_zh": "太短。"}, "def_zh"),
        ({"def_en": "night premium is what it is called"}, "def_en"),
        ({"broader": "no_such_term"}, "broader"),
        ({"subject": "nothing"}, "subject"),
        ({"key": "proposals"}, "key"),
    ],
)
def test_the_glossarys_rules_hold(customer, changes, place) -> None:
    before = state()
    with pytest.raises(Rejected) as caught:
        propose_term(customer, draft(**changes))
    assert place in {item.where for item in caught.value.findings}
    assert state() == before


def test_only_the_operator_decides(customer, factory_actor, other_customer) -> None:
    proposal = propose_term(customer, draft())
    before = state()
    for act in (
        lambda: accept_proposal(customer, proposal.pk),
        lambda: accept_proposal(factory_actor, proposal.pk),
        lambda: refuse_proposal(customer, proposal.pk, "no"),
        lambda: propose_term(PUBLIC, draft(key="other_term")),
    ):
        with pytest.raises(Denied):
            act()
    with pytest.raises(NotFound):
        withdraw_proposal(other_customer, proposal.pk)
    assert state() == before


def test_the_operator_cannot_withdraw_for_others(customer, operator) -> None:
    proposal = propose_term(customer, draft())
    before = state()
    with pytest.raises(Denied):
        withdraw_proposal(operator, proposal.pk)
    assert state() == before
    assert withdraw_proposal(customer, proposal.pk).state == "withdrawn"


def test_refusing_needs_a_reason_and_is_final(customer, operator) -> None:
    proposal = propose_term(customer, draft())
    before = state()
    with pytest.raises(Rejected):
        refuse_proposal(operator, proposal.pk, "  ")
    assert state() == before
    assert refuse_proposal(operator, proposal.pk, "与“加急费”重复").reason == "与“加急费”重复"
    before = state()
    with pytest.raises(Conflict) as caught:
        accept_proposal(operator, proposal.pk)
    assert operator.name in caught.value.message.zh
    assert state() == before


def test_a_proposal_that_no_longer_fits_is_not_accepted(customer, operator) -> None:
    first = propose_term(customer, draft())
    second = propose_term(customer, draft(key="night_surcharge"))
    accept_proposal(operator, first.pk)
    before = state()
    with pytest.raises(Rejected):
        accept_proposal(operator, second.pk)
    assert state() == before


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages(customer, operator, client_for, language) -> None:
    proposal = propose_term(customer, change())
    client = client_for(operator, language=language)
    paths = [
        "",
        "?q=due",
        "?subject=routing",
        "?q=zzzzzz",
        "due_date/",
        "propose/",
        "propose/?term=due_date",
        "proposals/",
        f"proposals/{proposal.pk}/",
        "skos.ttl",
        "skos.jsonld",
    ]
    assert {path: client.get(f"/terms/{path}").status_code for path in paths} == dict.fromkeys(paths, 200)
    assert client.get("/terms/no_such_term/").status_code == 404
    assert client.get("/terms/skos.pdf").status_code == 404


def test_everybody_reads_and_only_members_propose(client_for) -> None:
    client = client_for()
    assert client.get("/terms/").status_code == 200
    assert client.get("/terms/due_date/").status_code == 200
    assert client.get("/terms/proposals/").status_code == 302
    assert client.post("/terms/propose/", {}).status_code == 302


def test_the_whole_way_by_pages(customer, operator, client_for) -> None:
    data = {key: value for key, value in draft().model_dump().items() if isinstance(value, str)}
    member, decider = client_for(customer), client_for(operator)
    wrong = member.post("/terms/propose/", {**data, "def_zh": "短。"})
    assert wrong.status_code == 422
    assert "夜班加价" in wrong.content.decode()
    made = member.post("/terms/propose/", data)
    assert made.status_code == 302
    assert member.post(f"{made['Location']}accept/").status_code == 403
    assert decider.post(f"{made['Location']}accept/").status_code == 302
    page = client_for().get("/terms/night_premium/").content.decode()
    assert "平台采纳" in page


def test_api(customer, operator, client_for) -> None:
    base = "/api/v1/terms"
    public = client_for()
    assert public.get(f"{base}/due_date").json()["is_overlay"] is False
    assert public.get(base, {"q": "due date"}).json()["items"][0]["key"] == "due_date"
    assert public.get(f"{base}/skos.ttl").content.startswith(b"@prefix")
    assert public.get(f"{base}/nothing_here").status_code == 404
    assert public.get(f"{base}/proposals").status_code == 401
    member = client_for(customer)
    made = member.post(f"{base}/proposals", draft().model_dump(), "application/json")
    assert made.status_code == 201
    number = made.json()["id"]
    assert member.post(f"{base}/proposals/{number}/accept").status_code == 403
    assert client_for(operator).post(f"{base}/proposals/{number}/accept").json()["state"] == "accepted"
    assert public.get(f"{base}/night_premium").json()["is_overlay"] is True


def test_the_glossary_costs_one_query(customer, operator) -> None:
    for number in range(3):
        accept_proposal(
            operator, propose_term(customer, draft(key=f"term_{number}x", zh=f"词{number}", en=f"word {number}")).pk
        )
    with CaptureQueriesContext(connection) as queries:
        assert len(entries()) == len(glossary.terms()) + 3
    assert len(queries) == 1
