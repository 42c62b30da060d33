"""Loading the sample park: everything or nothing, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from rongzhi.business.sharing import policy
from rongzhi.business.sharing.actions.orders import store_orders
from rongzhi.business.sharing.actions.replaying import set_log_start
from rongzhi.business.sharing.models import Order
from rongzhi.business.sharing.samplepark import OPERATOR, PASSWORD, Member, log_start, members
from rongzhi.elements.resources.actions import load_network
from rongzhi.kernel.text import Text
from rongzhi.model.production import OrderBook
from rongzhi.model.production.checks import check_orders
from rongzhi.platform.access.actor import Actor
from rongzhi.platform.accounts.models import Membership, Organisation, Person, Role
from rongzhi.platform.actions import action
from rongzhi.platform.events.log import emit

Say = Callable[[Text], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """What the sample park holds after loading."""

    factories: int
    machines: int
    items: int
    orders: int
    start: date
    is_new: bool


@action
def load_sample(actor: Actor, say: Say = lambda _: None, *, limit: int | None = None) -> Sample:
    """Load the sample park once: members with accounts, the network, the items, the order book."""
    from rongzhi.samples import levy2014

    policy.may_plan(actor).enforce()
    network = levy2014.network()
    start = log_start(timezone.localtime())
    book = levy2014.order_book(start)
    orders = book.orders if limit is None else book.orders[:limit]
    known = Order.objects.filter(code__in=[order.code for order in orders]).count()
    counts = (len(network.factories), len(network.machines), len(book.items), len(orders))
    if known:
        return Sample(*counts, start, is_new=False)
    say(Text("建立成员单位与样例账号", "making members and sample accounts"))
    parties = _make_members(members([(each.organisation, each.name.text) for each in network.factories]))
    operator = _operator(parties[OPERATOR])
    say(Text("装入网络、物料与工艺路线", "loading the network, the items and their routings"))
    load_network(operator, network, book.items, book.bom, book.routings, owner=parties[OPERATOR])
    say(Text(f"录入 {len(orders)} 个订单", f"taking {len(orders)} orders"))
    now = timezone.make_aware(datetime.combine(start, time(0)))
    check_orders(orders, book.items, network, now).raise_if_any()
    _take(operator, book, parties, limit)
    set_log_start(operator, start)
    return Sample(*counts, start, is_new=True)


def _make_members(wanted: list[Member]) -> dict[str, Organisation]:
    found: dict[str, Organisation] = {}
    secret = make_password(PASSWORD)  # hashing is slow on purpose; once is enough for accounts whose password is shown
    for member in wanted:
        organisation, _ = Organisation.objects.get_or_create(
            code=member.code,
            defaults={"name_zh": member.name.zh, "name_en": member.name.en, "kind": member.role},
        )
        found[member.code] = organisation
        person = Person.objects.filter(username=member.username).first()
        if person is None:
            person = Person.objects.create(username=member.username, password=secret, display_name=member.name.zh)
        Membership.objects.get_or_create(
            person=person, organisation=organisation, role=member.role, defaults={"is_admin": True}
        )
    return found


def _operator(organisation: Organisation) -> Actor:
    person = Person.objects.get(username="operator")
    return Actor(person, organisation, frozenset({Role.OPERATOR}), is_admin=True)


def _take(operator: Actor, book: OrderBook, parties: dict[str, Organisation], limit: int | None) -> None:
    """Store the order book by customer; the sample names its customers by number."""
    orders = book.orders if limit is None else book.orders[:limit]
    by_customer: dict[str, list[int]] = {}
    for index, order in enumerate(orders):
        number = order.customer.rsplit(" ", 1)[-1]
        by_customer.setdefault(f"customer-{number}", []).append(index)
    for code, indexes in sorted(by_customer.items()):
        mine = [orders[index] for index in indexes]
        labels = {order.code: parties[code].name_zh for order in mine}
        store_orders(operator, parties[code], mine, labels=labels)
        emit(
            operator, "orders.imported", "orders", {"orders": [each.code for each in mine]}, organisation=parties[code]
        )
