"""Two languages side by side: every sentence is written in Chinese and in English where it is used.

`say` gives a lazy string for labels that outlive a request; `speak` resolves bilingual text now, in the language of
the request. Terms of the field come from the glossary through `term_label`.
"""

from __future__ import annotations

from django.utils.functional import lazy, lazystr
from django.utils.translation import get_language

from rongzhi.kernel.text import Text

__all__ = ["current_language", "lazystr", "say", "speak", "term_label"]


def current_language() -> str:
    """Return ``zh`` or ``en`` for the running request; Chinese when nothing was chosen."""
    return "en" if (get_language() or "zh").startswith("en") else "zh"


def speak(text: Text) -> str:
    """Return the text in the language of the running request."""
    return text.in_(current_language())


def _say(zh: str, en: str) -> str:
    return en if current_language() == "en" else zh


say = lazy(_say, str)


def _term_label(key: str) -> str:
    from rongzhi.model import glossary

    return str(glossary.label(key, current_language()))


term_label = lazy(_term_label, str)
