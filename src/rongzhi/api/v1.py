"""Version 1, assembled from the apps' routers."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI, Schema, Swagger
from ninja.openapi.schema import OpenAPISchema

from rongzhi import __version__
from rongzhi.platform.rest import needs
from rongzhi.platform.rest.parsing import StrictParser
from rongzhi.platform.rest.problems import MEDIA_TYPE, Problem, install

ROUTERS = {
    "rongzhi.platform.accounts.api": "",
    "rongzhi.platform.events.api": "",
    "rongzhi.platform.jobs.api": "",
    "rongzhi.platform.files.api": "",
    "rongzhi.foundation.terms.api": "/terms",
    "rongzhi.foundation.ledger.api": "/ledger",
    "rongzhi.elements.resources.api": "/resources",
    "rongzhi.business.sharing.api": "/sharing",
}

DESCRIPTION = """
页面能做的，这里都能做。

- 认证：登录会话（修改类请求须带 `X-CSRFToken`），或 `Authorization: Bearer rz_…` 令牌
  （权限 read / write / plan / admin）。
- 错误：一律为 RFC 9457 `application/problem+json`，语言随 `Accept-Language`；输入有误时列出全部问题及位置。
- 新建类请求可带 `Idempotency-Key`，重复发送不会重复新建。
- 列表用 `limit` 与 `offset` 分页，返回 `total`。

Everything the pages do can be done here. Log in (changes need `X-CSRFToken`) or send a token; refusals are problem
details in the language of `Accept-Language`, with all findings and their places; `Idempotency-Key` makes creating safe
to repeat; lists take `limit` and `offset` and return `total`.
"""


class Reference(Swagger):
    """The reference as a page, with the way back to the site."""

    template = "api/docs.html"


class Api(NinjaAPI):
    """The API, whose reference says that every refusal is a problem."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        """Name operations by app and function, so that generated clients read well."""
        floor, app = [*operation.view_func.__module__.split("."), "", ""][1:3]
        return f"{'platform' if floor == 'api' else app}_{operation.view_func.__name__}"

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the reference with the problem answer on every route."""
        schema = super().get_openapi_schema(**kwargs)
        template = "#/components/schemas/{model}"
        problem = Problem.model_json_schema(ref_template=template)
        parts = schema.setdefault("components", {}).setdefault("schemas", {})
        parts |= problem.pop("$defs", {})
        parts["Problem"] = problem
        content = {MEDIA_TYPE: {"schema": {"$ref": template.format(model="Problem")}}}
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"]["default"] = {"description": "Problem details", "content": content}
        return schema


api = Api(
    title="融制 Rongzhi",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    auth=needs(),
    parser=StrictParser(),
    docs=Reference(settings={"validatorUrl": None, "persistAuthorization": False, "docExpansion": "none"}),
)
install(api)


class Health(Schema):
    """That the site answers."""

    status: str
    version: str


@api.get("/health", response=Health, auth=None, tags=["platform"], summary="是否可用 / Is it up")
def health(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001
    """Answer without a log-in and without touching any record."""
    return {"status": "ok", "version": __version__}


for _module, _prefix in ROUTERS.items():
    if find_spec(_module) is not None:
        api.add_router(_prefix, import_module(_module).router)
