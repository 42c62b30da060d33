"""Template tags every page has: two-language text, glossary terms, values, icons, buttons, charts."""

from __future__ import annotations

from itertools import count
from typing import Any
from urllib.parse import urlencode

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rongzhi.platform.i18n import current_language, speak, term_label
from rongzhi.platform.ui import format as write
from rongzhi.platform.ui.parts import Badge, Button, Empty, Figure

register = template.Library()
MOST_SHOWN = 10
_NUMBERS = count(1)  # makes the ids of help panels unique on a page

register.filter("plain", write.plain)
register.filter("num", write.number)
register.filter("money", write.money)
register.filter("when", write.moment)
register.filter("day", write.day)
register.filter("minutes", write.minutes)
register.filter("percent", write.percent)
register.filter("ago", write.ago)
register.filter("speak", speak)


@register.simple_tag
def t(zh: str, en: str) -> str:
    """Write a sentence in the language of the request: ``{% t "发布计划" "Publish plan" %}``."""
    return en if current_language() == "en" else zh


@register.simple_tag
def term(key: str) -> str:
    """Write the glossary's label of a term; an unknown key is an error."""
    return str(term_label(key))


@register.inclusion_tag("ui/parts/term_help.html")
def term_help(key: str, label: str = "") -> dict[str, Any]:
    """Write a term with a help mark that opens its definition; an unknown key is an error."""
    return {**_help(key), "label": label or str(term_label(key))}


@register.inclusion_tag("ui/parts/term_mark.html")
def term_mark(key: str) -> dict[str, Any]:
    """Write only the help mark of a term, beside a label that is already there."""
    return _help(key)


def _help(key: str) -> dict[str, Any]:
    from rongzhi.platform.ui.terms import definition

    return {"id": f"help-{key}-{next(_NUMBERS)}", "label": str(term_label(key)), "definition": definition(key)}


@register.simple_tag
def language() -> str:
    """Write the language tag of the request for ``lang`` attributes."""
    return "en" if current_language() == "en" else "zh-CN"


@register.simple_tag
def link_to(name: str, *args: Any) -> str:
    """Return the address of a named page, or nothing when the page is not installed."""
    try:
        return reverse(name, args=args or None)
    except NoReverseMatch:
        return ""


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Write an icon of the sprite; with a label it speaks, without it is decoration."""
    href = f"{static('rongzhi/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>',
            label,
            href,
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag
def badge(text: Any, tone: str = "neutral") -> SafeString:
    """Write a state: ``{% badge order.get_state_display "warn" %}`` or ``{% badge state %}`` for a Badge."""
    if isinstance(text, Badge):
        text, tone = text.label, text.tone
    return format_html('<span class="badge badge-{}">{}</span>', tone, write.plain(text))


@register.inclusion_tag("ui/parts/button.html", takes_context=True)
def button(context: template.Context, item: Button) -> dict[str, Any]:
    """Write a `Button`."""
    return {"item": item, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/parts/figure.html")
def figure(item: Figure) -> dict[str, Any]:
    """Write a `Figure` with its trend."""
    return {"item": item}


@register.inclusion_tag("ui/parts/empty.html", takes_context=True)
def empty(context: template.Context, item: Empty) -> dict[str, Any]:
    """Write an empty state."""
    action = item.action
    return {
        "item": item,
        "csrf_token": context.get("csrf_token"),
        "button": action if isinstance(action, Button) else None,
        "link": None if isinstance(action, Button) else action,
    }


@register.inclusion_tag("ui/parts/progress.html")
def progress(fraction: float, label: str = "") -> dict[str, Any]:
    """Write a progress bar for a fraction from 0 to 1."""
    percent = round(100 * min(max(float(fraction or 0), 0.0), 1.0))
    return {"percent": percent, "label": label}


@register.inclusion_tag("ui/parts/facts.html")
def facts(items: Any) -> dict[str, Any]:
    """Write a list of `Fact` as label and value."""
    return {"items": items}


@register.inclusion_tag("ui/parts/findings.html")
def findings(items: Any) -> dict[str, Any]:
    """Write findings with place, message and mend."""
    return {"items": items}


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(events: Any) -> dict[str, Any]:
    """Write the newest events, and a link to all of them when there are more."""
    found = list(events)
    more = ""
    if len(found) > MOST_SHOWN:
        more = f"{reverse('platform:events')}?{urlencode({'q': found[0].subject})}"
    shown = found[:MOST_SHOWN]
    has_parties = len({event.organisation_id for event in shown}) > 1
    return {"events": shown, "more": more, "has_parties": has_parties}


@register.inclusion_tag("ui/parts/chart.html")
def chart(id_: str, option: dict[str, Any], table: Any = None, title: str = "", height: str = "m") -> dict[str, Any]:
    """Draw an ECharts option with its table and downloads.

    ``{% chart "load" option table title %}``: ``option`` is a plain dict without functions, ``table`` a `Series`.
    ``height`` is s, m, l or xl.
    """
    return {"id": id_, "option_id": f"{id_}-option", "option": option, "table": table, "title": title, "height": height}
