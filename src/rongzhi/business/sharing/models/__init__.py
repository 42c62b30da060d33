"""Records of shared manufacturing: orders, the work they become, plans over the factories, promises and progress."""

from rongzhi.business.sharing.models.orders import Order, OrderImport, OrderLine, OrderState
from rongzhi.business.sharing.models.plans import Plan, PlanAssignment, PlanOrder, PlanState, PlanTransport
from rongzhi.business.sharing.models.progress import ParkClock, ProgressKind, ProgressReport, ProgressSource
from rongzhi.business.sharing.models.promises import PlanningPreference, Promise, PromiseState
from rongzhi.business.sharing.models.work import OperationState, WorkLink, WorkLot, WorkOperation

__all__ = [
    "OperationState",
    "Order",
    "OrderImport",
    "OrderLine",
    "OrderState",
    "ParkClock",
    "Plan",
    "PlanAssignment",
    "PlanOrder",
    "PlanState",
    "PlanTransport",
    "PlanningPreference",
    "ProgressKind",
    "ProgressReport",
    "ProgressSource",
    "Promise",
    "PromiseState",
    "WorkLink",
    "WorkLot",
    "WorkOperation",
]
