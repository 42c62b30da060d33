"""Forms of the account pages."""

from __future__ import annotations

from django import forms

from rongzhi.platform.accounts.models import Role
from rongzhi.platform.accounts.tokens import LONGEST_DAYS, SCOPES
from rongzhi.platform.i18n import say
from rongzhi.platform.ui.pages import field

_DAYS = say("天", "days")


class LoginForm(forms.Form):
    """Name and password."""

    username = field(
        forms.CharField(
            label=say("登录名", "User name"),
            max_length=150,
            widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
        )
    )
    password = field(
        forms.CharField(
            label=say("口令", "Password"),
            max_length=200,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
    )
    next = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)


class ProfileForm(forms.Form):
    """Shown name and language."""

    display_name = field(forms.CharField(label=say("姓名", "Name"), max_length=120, required=False))
    language = field(
        forms.ChoiceField(label=say("语言", "Language"), choices=[("zh-hans", "中文"), ("en", "English")]),
    )


class PasswordForm(forms.Form):
    """Old and new password."""

    old = field(
        forms.CharField(
            label=say("原口令", "Old password"),
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
    )
    password = field(
        forms.CharField(
            label=say("新口令", "New password"),
            strip=False,
            max_length=200,
            help_text=say(
                "至少 8 个字符，避免常见口令和登录名", "At least 8 characters, not a common one, not the user name"
            ),
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        )
    )


class TokenForm(forms.Form):
    """A new token."""

    name = field(
        forms.CharField(
            label=say("用途", "What for"), max_length=80, help_text=say("如：MES 对接", "For example: link to the MES")
        )
    )
    scopes = field(
        forms.MultipleChoiceField(
            label=say("权限", "Scopes"),
            choices=[(key, say(text.zh, text.en)) for key, text in SCOPES.items()],
            initial=["read"],
            widget=forms.CheckboxSelectMultiple,
            help_text=say("令牌的权限不会超过您自己的角色", "A token never may more than your own roles"),
        )
    )
    days = field(
        forms.IntegerField(label=say("有效期", "Lives for"), initial=90, min_value=1, max_value=LONGEST_DAYS),
        unit=_DAYS,
    )


class MemberForm(forms.Form):
    """A new member."""

    username = field(forms.CharField(label=say("登录名", "User name"), max_length=150))
    display_name = field(forms.CharField(label=say("姓名", "Name"), max_length=120, required=False))
    email = field(forms.EmailField(label=say("电子邮箱", "E-mail"), required=False))
    password = field(
        forms.CharField(
            label=say("初始口令", "First password"),
            strip=False,
            required=False,
            max_length=200,
            help_text=say(
                "至少 8 个字符；请当面告知，并提醒对方登录后修改",
                "At least 8 characters; hand it over in person and ask for it to be changed",
            ),
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
        )
    )
    is_admin = field(
        forms.BooleanField(label=say("本单位管理员", "Administrator of the organisation"), required=False),
    )


class OrganisationForm(forms.Form):
    """A new organisation."""

    code = field(
        forms.CharField(
            label=say("单位编号", "Code"),
            max_length=40,
            help_text=say("小写字母、数字和连字符；以后不能更改", "Lower-case letters, digits, hyphens; never changes"),
        )
    )
    name_zh = field(forms.CharField(label=say("中文名称", "Chinese name"), max_length=120))
    name_en = field(forms.CharField(label=say("英文名称", "English name"), max_length=120, required=False))
    kind = field(forms.ChoiceField(label=say("单位类型", "Kind"), choices=Role.choices))


class OrganisationChangeForm(forms.Form):
    """Names and state of an organisation."""

    name_zh = field(forms.CharField(label=say("中文名称", "Chinese name"), max_length=120))
    name_en = field(forms.CharField(label=say("英文名称", "English name"), max_length=120, required=False))
    is_active = field(
        forms.BooleanField(
            label=say("启用", "Open"),
            required=False,
            help_text=say("停用后，该单位人员和令牌不能再使用平台", "While closed, its people and tokens are shut out"),
        )
    )
