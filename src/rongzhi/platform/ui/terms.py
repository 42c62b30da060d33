"""Glossary definitions for help marks."""

from __future__ import annotations

from rongzhi.platform.i18n import current_language


def definition(key: str) -> str:
    """Return the glossary's definition of a term in the language of the request; an unknown key is an error."""
    from rongzhi.model import glossary

    return glossary.term(key).definition.in_(current_language())
