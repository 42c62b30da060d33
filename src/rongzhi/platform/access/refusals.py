"""The page for a form that came without its CSRF token."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from rongzhi.kernel.text import Text


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django passes its own words
    """Say that the form is out of date and how to send it again; nothing was changed."""
    from rongzhi.platform.ui.page import status_page

    return status_page(
        request,
        403,
        Text("表单已过期，未作任何更改", "the form is out of date; nothing was changed"),
        fix=Text(
            "返回上一页刷新后重新提交；浏览器须允许本站的 Cookie",
            "go back, reload and send it again; the browser must accept this site's cookies",
        ),
    )
