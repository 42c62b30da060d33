"""Shared manufacturing over the API: orders, work, plans, promises, progress; everything the pages do."""

from ninja import Router

from rongzhi.business.sharing.api import orders, plans, progress, promises

router = Router(tags=["sharing"])
for _part in (orders, plans, promises, progress):
    router.add_router("", _part.router)
