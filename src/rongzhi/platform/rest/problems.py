"""RFC 9457 problem details: the one shape of every refusal of the API."""

from __future__ import annotations

import json
import logging
import math
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from rongzhi.kernel.errors import Rejected, RongzhiError
from rongzhi.kernel.findings import Finding
from rongzhi.kernel.text import Text
from rongzhi.platform.access.errors import TooManyAttempts, status_of
from rongzhi.platform.i18n import current_language
from rongzhi.platform.rest.pydantic_text import findings_of

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: Text("请求有误", "Bad request"),
    401: Text("未登录或令牌无效", "Not logged in, or the token is not good"),
    403: Text("不允许", "Not allowed"),
    404: Text("未找到", "Not found"),
    405: Text("此地址不支持该方法", "This method is not supported here"),
    409: Text("与当前状态冲突", "Conflicts with the present state"),
    413: Text("上传内容过大", "The upload is too large"),
    415: Text("不支持的内容类型", "Unsupported content type"),
    422: Text("输入有误，未作任何更改", "The input has errors; nothing was changed"),
    429: Text("请求过于频繁", "Too many requests"),
    500: Text("程序内部错误，已记录", "An internal error, recorded"),
    503: Text("暂时不可用", "Not available at the moment"),
}


class FindingOut(Schema):
    """One thing that is wrong, with its place and its mend."""

    code: str
    severity: str
    where: str
    message: str
    fix: str


class Problem(Schema):
    """Problem details (RFC 9457) in the language asked for by ``Accept-Language``."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    where: str = ""
    fix: str = ""
    findings: list[FindingOut] = []


def answer(
    request: HttpRequest,
    status: int,
    code: str,
    detail: Text | None = None,
    *,
    where: str = "",
    fix: Text | None = None,
    findings: list[Finding] | None = None,
) -> HttpResponse:
    """Return a problem as a response."""
    language = current_language()
    title = TITLES.get(status, TITLES[400 if status < 500 else 500])
    body: dict[str, Any] = {
        "type": f"urn:rongzhi:problem:{code}",
        "title": title.in_(language),
        "status": status,
        "detail": (detail or title).in_(language),
        "instance": request.path,
        "code": code,
        "where": where,
        "fix": fix.in_(language) if fix else "",
        "findings": [finding.as_dict(language) for finding in findings or []],
    }
    text = json.dumps(body, ensure_ascii=False)
    response = HttpResponse(text, status=status, content_type=f"{MEDIA_TYPE}; charset=utf-8")
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="rongzhi"'
    return response


def from_error(request: HttpRequest, error: RongzhiError) -> HttpResponse:
    """Return an error of our own as a problem."""
    findings = error.findings if isinstance(error, Rejected) else []
    response = answer(
        request,
        status_of(error),
        error.code,
        error.message,
        where=error.where,
        fix=error.fix,
        findings=findings,
    )
    if isinstance(error, TooManyAttempts):
        response["Retry-After"] = str(math.ceil(error.retry_after_s))
    return response


def install(api: NinjaAPI) -> None:
    """Make every refusal of an API a problem."""

    def own(request: HttpRequest, error: Any) -> HttpResponse:
        return from_error(request, error)

    def invalid(request: HttpRequest, error: Any) -> HttpResponse:
        return from_error(request, Rejected(findings_of(error.errors)))

    def nobody(request: HttpRequest, _: Any) -> HttpResponse:
        fix = Text("登录，或发送 Authorization: Bearer rz_…", "log in, or send Authorization: Bearer rz_...")
        return answer(request, 401, "unauthenticated", fix=fix)

    def http(request: HttpRequest, error: Any) -> HttpResponse:
        if isinstance(error.__cause__, RongzhiError):  # the parser said exactly what is wrong with the body
            return from_error(request, error.__cause__)
        said = str(error)
        return answer(request, error.status_code, f"http-{error.status_code}", Text(said, said))

    def missing(request: HttpRequest, _: Any) -> HttpResponse:
        return answer(request, 404, "not-found")

    api.add_exception_handler(RongzhiError, own)
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(AuthenticationError, nobody)
    api.add_exception_handler(HttpError, http)
    api.add_exception_handler(Http404, missing)


class ProblemMiddleware:
    """Under ``/api/`` every refusal is a problem: also those of Django itself (404, 405, 413, 500)."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say that the database is busy, when it is: nothing was changed, and trying again helps."""
        if not isinstance(error, OperationalError) or "lock" not in str(error).lower():
            return None
        logger.error("the database was locked for too long: %s", request.path, exc_info=error)
        message = Text("数据库正忙，未作任何更改", "the database is busy; nothing was changed")
        fix = Text("稍等片刻再试", "try again in a moment")
        if request.path.startswith("/api/"):
            response = answer(request, 503, "database-busy", message, fix=fix)
        else:
            from rongzhi.platform.ui.page import status_page

            response = status_page(request, 503, message, fix=fix)
        response["Retry-After"] = "5"
        return response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and reshape a refusal that is not a problem yet."""
        response: HttpResponse = self.get_response(request)
        is_refusal = response.status_code >= 400
        if not is_refusal or not request.path.startswith("/api/"):
            return response
        if settings.DEBUG and response.status_code >= 500:
            return response
        if response.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        reshaped = answer(request, response.status_code, f"http-{response.status_code}")
        if "Allow" in response:
            reshaped["Allow"] = response["Allow"]
        return reshaped
