"""``manage.py create_operator``: the first organisation and the first person of a new installation."""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from rongzhi.kernel.errors import RongzhiError
from rongzhi.platform.access.actor import SYSTEM
from rongzhi.platform.accounts.actions import add_member, create_organisation
from rongzhi.platform.accounts.models import Organisation, Role


class Command(BaseCommand):
    """Makes an operator."""

    help = "Make the operator's organisation (if missing) and an administrator in it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("username")
        parser.add_argument("--organisation", default="operator", help="code of the operator's organisation")
        parser.add_argument("--name", default="平台运营方", help="its Chinese name when it is made")
        parser.add_argument("--name-en", default="Platform operator", help="its English name when it is made")

    def handle(self, *_: Any, username: str, organisation: str, name: str, name_en: str, **__: Any) -> None:
        """Make them; the password comes from RONGZHI_OPERATOR_PASSWORD or is asked for."""
        password = os.environ.get("RONGZHI_OPERATOR_PASSWORD") or getpass.getpass("口令 / password: ")
        try:
            with transaction.atomic():
                found = Organisation.objects.filter(code=organisation).first()
                if found is None:
                    create_organisation(
                        SYSTEM, code=organisation, name_zh=name, name_en=name_en, kind=Role.OPERATOR.value
                    )
                elif found.kind != Role.OPERATOR:
                    msg = f"organisation '{organisation}' is not an operator / 单位“{organisation}”不是平台运营方"
                    raise CommandError(msg)
                add_member(SYSTEM, organisation, username=username, password=password, is_admin=True)
        except RongzhiError as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"operator {username} is ready / 平台运营方 {username} 已建立")
