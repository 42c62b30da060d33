"""What every app's api.py needs: who asks, problem details, pages of results, idempotency keys."""

from rongzhi.platform.rest.auth import needs, public
from rongzhi.platform.rest.instants import Instant
from rongzhi.platform.rest.keys import canonical, idempotency_key
from rongzhi.platform.rest.pages import Page, Paging, page_of

__all__ = ["Instant", "Page", "Paging", "canonical", "idempotency_key", "needs", "page_of", "public"]
