"""What a new organisation, person or token must satisfy; all findings at once."""

from __future__ import annotations

import re

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import Text
from rongzhi.platform.accounts.models import ROLE_NAMES, Organisation, Person
from rongzhi.platform.accounts.tokens import LONGEST_DAYS, SCOPES

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_USERNAME = re.compile(r"[\w.@+-]{1,150}")


def check_organisation(code: str, name_zh: str, name_en: str, kind: str) -> Findings:
    """Check a new organisation."""
    findings = check_names(name_zh, name_en)
    if not _CODE.fullmatch(code):
        findings.error(
            "bad-code",
            "code",
            Text(f"编号“{code}”不符合格式", f"the code '{code}' has the wrong form"),
            Text("用小写字母、数字和连字符，至多 40 个字符", "use lower-case letters, digits and hyphens, at most 40"),
        )
    elif Organisation.objects.filter(code=code).exists():
        findings.error(
            "taken-code",
            "code",
            Text(f"编号“{code}”已被使用", f"the code '{code}' is taken"),
            Text("换一个编号", "choose another code"),
        )
    if kind not in ROLE_NAMES:
        kinds = ", ".join(ROLE_NAMES)
        findings.error(
            "unknown-kind",
            "kind",
            Text(f"没有单位类型“{kind}”", f"no kind of organisation '{kind}'"),
            Text(f"可用：{kinds}", f"use one of: {kinds}"),
        )
    return findings


def check_names(name_zh: str, name_en: str) -> Findings:
    """Check the names of an organisation."""
    findings = Findings()
    if not name_zh.strip():
        findings.error(
            "missing-name",
            "name_zh",
            Text("缺少中文名称", "the Chinese name is missing"),
            Text("填写单位全称", "enter the full name"),
        )
    for field, name in (("name_zh", name_zh), ("name_en", name_en)):
        if len(name) > 120:
            findings.error(
                "long-name",
                field,
                Text(f"名称有 {len(name)} 个字符，超过 120", f"the name has {len(name)} characters, more than 120"),
                Text("缩短名称", "shorten the name"),
            )
    return findings


def check_person(username: str, display_name: str, email: str, password: str) -> Findings:
    """Check a new person."""
    findings = Findings()
    if not _USERNAME.fullmatch(username):
        findings.error(
            "bad-username",
            "username",
            Text(f"登录名“{username}”不符合格式", f"the name '{username}' has the wrong form"),
            Text("用字母、数字和 . @ + - _，至多 150 个字符", "use letters, digits and . @ + - _, at most 150"),
        )
    elif Person.objects.filter(username__iexact=username).exists():
        findings.error(
            "taken-username",
            "username",
            Text(f"登录名“{username}”已被使用", f"the name '{username}' is taken"),
            Text(
                "换一个登录名；若此人已有账号，请平台运营方加入",
                "choose another; if the person exists, ask the operator",
            ),
        )
    if len(display_name) > 120:
        findings.error(
            "long-name",
            "display_name",
            Text("姓名超过 120 个字符", "the name is longer than 120 characters"),
            Text("缩短姓名", "shorten the name"),
        )
    if email:
        try:
            validate_email(email)
        except ValidationError:
            findings.error(
                "bad-email",
                "email",
                Text(f"“{email}”不是电子邮箱", f"'{email}' is not an e-mail address"),
                Text("更正或留空", "correct it or leave it empty"),
            )
    findings.extend(check_password(password, Person(username=username, email=email)))
    return findings


def check_password(password: str, person: Person) -> Findings:
    """Check a new password."""
    findings = Findings()
    try:
        validate_password(password, person)
    except ValidationError:
        findings.error(
            "weak-password",
            "password",
            Text("口令太短、太常见或与登录名相近", "the password is too short, too common or too like the name"),
            Text("至少 8 个字符，避免常见口令和登录名", "at least 8 characters, not a common one, not the name"),
        )
    return findings


def check_token(name: str, scopes: list[str], days: int) -> Findings:
    """Check a new token."""
    findings = Findings()
    if not name.strip() or len(name) > 80:
        findings.error(
            "bad-name",
            "name",
            Text("令牌名称须有 1 至 80 个字符", "the token's name needs 1 to 80 characters"),
            Text("写明用途，如“MES 对接”", "say what it is for, such as 'MES link'"),
        )
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        known = ", ".join(SCOPES)
        findings.error(
            "bad-scopes",
            "scopes",
            Text(f"权限无效：{unknown or '未选择'}", f"bad scopes: {unknown or 'none chosen'}"),
            Text(f"从中选择：{known}", f"choose from: {known}"),
        )
    if not 1 <= days <= LONGEST_DAYS:
        findings.error(
            "bad-expiry",
            "days",
            Text(
                f"有效期 {days} 天不在 1 至 {LONGEST_DAYS} 天之间", f"{days} days is not from 1 to {LONGEST_DAYS} days"
            ),
            Text(f"填写 1 至 {LONGEST_DAYS}", f"enter 1 to {LONGEST_DAYS}"),
        )
    return findings
