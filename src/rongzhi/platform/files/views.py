"""Pages of stored files."""

# ruff: noqa: ARG002 - hooks name their arguments as the page classes do

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from rongzhi.platform.access.actor import Actor
from rongzhi.platform.access.scope import OwnedQuerySet
from rongzhi.platform.address import address
from rongzhi.platform.files.actions import store_file
from rongzhi.platform.files.download import download
from rongzhi.platform.files.models import StoredFile
from rongzhi.platform.files.queries import file_for, files_for
from rongzhi.platform.files.sniff import TYPES
from rongzhi.platform.i18n import say
from rongzhi.platform.ui.page import Page
from rongzhi.platform.ui.pages import Button, Column, Empty, Filter, FormPage, Link, ListPage, field


class Files(ListPage):
    """Files of the organisation."""

    title = say("文件", "Files")
    lead = say("本单位上传的文件", "Files your organisation has uploaded")
    columns = (
        Column("name", say("文件名", "Name"), link=lambda f: reverse("platform:file", args=[f.pk]), sort="name"),
        Column("kind", say("格式", "Format"), sort="kind"),
        Column("size", say("大小", "Size"), "int", sort="size", unit=say("字节", "bytes")),
        Column("purpose", say("用途", "Purpose"), sort="purpose"),
        Column("uploaded_by", say("上传人", "By"), value=lambda f: str(f.uploaded_by or "")),
        Column("organisation", say("单位", "Organisation"), value=lambda f: str(f.organisation)),
        Column("created_at", say("上传时间", "Uploaded"), "datetime", sort="created_at"),
        Column("sha256", "SHA-256", is_hidden=True),
    )
    search_fields = ("name", "purpose")
    filters = (Filter("kind", say("格式", "Format"), [(kind, kind) for kind in TYPES]),)
    order = "-created_at"
    file_name = "files"
    create = Button(say("上传文件", "Upload a file"), address("platform:file-new"), style="primary")
    empty = Empty(
        say("还没有文件", "No files yet"),
        say("图纸、订单表和证书都可以上传", "Upload drawings, order tables, certificates"),
        create,
    )

    def queryset(self, actor: Actor) -> OwnedQuerySet:
        """Return the files the actor may see."""
        return files_for(actor)


class UploadForm(forms.Form):
    """A file and what it is for."""

    file = field(
        forms.FileField(
            label=say("文件", "File"),
            help_text=say("CSV、XLSX、JSON、PDF、PNG、JPG、STEP 或 ZIP", "CSV, XLSX, JSON, PDF, PNG, JPG, STEP or ZIP"),
            allow_empty_file=True,
        )
    )
    purpose = field(forms.CharField(label=say("用途", "Purpose"), max_length=60, required=False))


class FileNew(FormPage):
    """Upload a file."""

    title = say("上传文件", "Upload a file")
    form_class = UploadForm
    parents = (Link(say("文件", "Files"), address("platform:files")),)
    submit = say("上传", "Upload")

    def act(self, actor: Actor, form: Any) -> StoredFile:
        """Keep it."""
        return store_file(actor, form.cleaned_data["file"], form.cleaned_data["purpose"])

    def success_url(self, result: Any) -> str:
        """Go to the list."""
        return reverse("platform:files")


class FileContent(Page):
    """Fetch a file."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Hand it out."""
        return download(file_for(self.actor, kwargs["file_id"]))
