"""Organisations, people, memberships with roles, and API tokens."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.core.cache import cache
from django.db import models
from django.utils import timezone

from rongzhi.kernel.text import Text
from rongzhi.platform.i18n import current_language, say


class Role(models.TextChoices):
    """What a person does for an organisation; one person may hold several memberships."""

    OPERATOR = "operator", say("平台运营方", "operator")
    FACTORY = "factory", say("成员工厂", "factory")
    PROVIDER = "provider", say("产品服务提供商", "provider")
    CUSTOMER = "customer", say("客户", "customer")
    LAB = "lab", say("检验检测机构", "lab")
    FINANCIER = "financier", say("金融机构", "financier")
    EVALUATOR = "evaluator", say("评价机构", "evaluator")


ROLE_NAMES = {
    Role.OPERATOR: Text("平台运营方", "operator"),
    Role.FACTORY: Text("成员工厂", "factory"),
    Role.PROVIDER: Text("产品服务提供商", "provider"),
    Role.CUSTOMER: Text("客户", "customer"),
    Role.LAB: Text("检验检测机构", "lab"),
    Role.FINANCIER: Text("金融机构", "financier"),
    Role.EVALUATOR: Text("评价机构", "evaluator"),
}


class Organisation(models.Model):
    """A party on the platform; its kind says which roles its people may have."""

    code = models.SlugField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, choices=Role)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the request."""
        return (self.name_en or self.name_zh) if current_language() == "en" else self.name_zh


class Person(AbstractUser):
    """Somebody who logs in."""

    display_name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")

    def __str__(self) -> str:
        shown = self.display_name or self.username
        return _name_in_english(shown) if current_language() == "en" and not shown.isascii() else shown


NAMES_KEPT_S = 300


def _name_in_english(name: str) -> str:
    """Return the English name where an account stands for its organisation and bears its name; else the name."""
    key = f"english-name:{name.encode().hex()[:200]}"
    known: str | None = cache.get(key)
    if known is None:
        known = Organisation.objects.filter(name_zh=name).values_list("name_en", flat=True).first() or name
        cache.set(key, known, NAMES_KEPT_S)
    return known


class Membership(models.Model):
    """A person's role in an organisation."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    is_admin = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["organisation__code", "role"]
        constraints = [models.UniqueConstraint(fields=["person", "organisation", "role"], name="one_role_once")]

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation} · {self.role}"


class ApiToken(models.Model):
    """A token for programs; only its hash is kept, so it is shown once when made."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    @property
    def is_live(self) -> bool:
        """Whether the token may be used now."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class LoginAttempt(models.Model):
    """One failed log-in; counted by name and address so that guessing passwords is slow."""

    username = models.CharField(max_length=150)
    address = models.CharField(max_length=64)
    time = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["username", "address", "time"], name="attempt_by_who")]

    def __str__(self) -> str:
        return f"{self.username} {self.address}"
