"""Template tags every page has: two-language text and glossary terms."""

from __future__ import annotations

from django import template

from rongzhi.platform.i18n import current_language, term_label

register = template.Library()


@register.simple_tag
def t(zh: str, en: str) -> str:
    """Write a sentence in the language of the request: ``{% t "发布计划" "Publish plan" %}``."""
    return en if current_language() == "en" else zh


@register.simple_tag
def term(key: str) -> str:
    """Write the glossary's label of a term; an unknown key is an error."""
    return str(term_label(key))
