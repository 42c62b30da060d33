"""The common ground of all typed documents."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from rongzhi.kernel.text import Text


class Document(BaseModel):
    """A plain typed record: immutable, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class Name(Document):
    """A name in both languages; the English one may be left out and then repeats the Chinese."""

    zh: str = Field(min_length=1)
    en: str = ""

    @property
    def text(self) -> Text:
        """The name as bilingual text."""
        return Text(self.zh, self.en or self.zh)
