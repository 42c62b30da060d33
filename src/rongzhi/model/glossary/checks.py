"""What a sound glossary has to satisfy; every rule reports with place and remedy."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from rongzhi.kernel.findings import Findings
from rongzhi.kernel.text import LANGUAGES, Text
from rongzhi.model.glossary.loading import all_entries, sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rongzhi.model.glossary.term import Term

MINIMUM_DEFINITION_LENGTH = 12  # characters, either language

_KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WIDE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
# Chinese text may hold abbreviations in capitals (SLA, BOM) but no English words.
_LATIN_WORD = re.compile(r"[A-Za-z]*[a-z][A-Za-z]*")
_HALF_WIDTH_MARK = re.compile(r"[,;:?!()]|\.$")


def _check_keys(entries: Sequence[Term], findings: Findings) -> None:
    for key, count in Counter(entry.key for entry in entries).items():
        if count > 1:
            findings.error(
                "glossary-duplicate-key",
                key,
                Text(f"键“{key}”出现了 {count} 次", f"key {key!r} appears {count} times"),
                Text("合并或改名", "merge the entries or rename one"),
            )
        if not _KEY.fullmatch(key):
            findings.error(
                "glossary-key-form",
                key,
                Text(f"键“{key}”不是小写下划线形式", f"key {key!r} is not snake_case"),
                Text("改成形如 due_date 的键", "write it like due_date"),
            )


def _check_names(entries: Sequence[Term], findings: Findings) -> None:
    """Report a name that stands for two terms, or twice for one, in the same language."""
    for language in LANGUAGES:
        owners: dict[str, list[str]] = defaultdict(list)
        for entry in entries:
            for name in entry.names(language):
                if name:
                    owners[name.casefold()].append(entry.key)
        for name, keys in owners.items():
            if len(keys) > 1:
                findings.error(
                    "glossary-duplicate-label",
                    f"{keys[1]}.{language}",
                    Text(f"名称“{name}”同时属于：{'、'.join(keys)}", f"name {name!r} belongs to {', '.join(keys)}"),
                    Text("每种语言中一个名称只指一个术语", "let a name stand for one term in each language"),
                )
    for notation, count in Counter(entry.notation for entry in entries if entry.notation).items():
        if count > 1:
            findings.error(
                "glossary-duplicate-notation",
                notation,
                Text(f"框架编号 {notation} 用了 {count} 次", f"framework number {notation} is used {count} times"),
                Text("一个编号只给一个术语", "give a number to one term only"),
            )


def _check_completeness(entry: Term, findings: Findings) -> None:
    wanted = {
        "zh": entry.label.zh,
        "en": entry.label.en,
        "def_zh": entry.definition.zh,
        "def_en": entry.definition.en,
        "source": entry.source.cite,
        "status": entry.status,
    }
    for field, value in wanted.items():
        if not value or not value.strip():
            findings.error(
                "glossary-missing-field",
                f"{entry.key}.{field}",
                Text(f"术语“{entry.key}”缺少 {field}", f"term {entry.key!r} lacks {field}"),
                Text("补上该字段；来源和状态须为已登记的值", "fill it in; source and status must be registered values"),
            )


def _check_definition(entry: Term, language: str, findings: Findings) -> None:
    sentence, name = entry.definition.in_(language), entry.label.in_(language)
    where = f"{entry.key}.def_{language}"
    if not sentence or not name:
        return
    bare = re.sub(r"^(an?|the)\s+", "", sentence.casefold())
    if bare.startswith(name.casefold()) and not re.match(r"[a-z]", bare[len(name) :]):
        findings.error(
            "glossary-circular-definition",
            where,
            Text(f"释义以术语“{name}”自身开头", f"the definition begins with the term {name!r} itself"),
            Text("先写上位概念或作用", "begin with the wider concept or the purpose"),
        )
    if len(sentence) < MINIMUM_DEFINITION_LENGTH:
        findings.error(
            "glossary-short-definition",
            where,
            Text(
                f"释义只有 {len(sentence)} 个字符，至少 {MINIMUM_DEFINITION_LENGTH} 个",
                f"the definition has {len(sentence)} characters, at least {MINIMUM_DEFINITION_LENGTH} are needed",
            ),
            Text("写成一个完整的句子", "write one whole sentence"),
        )
    end = "." if language == "en" else "。"
    if not sentence.endswith(end) or sentence.count("。") > 1:
        findings.error(
            "glossary-definition-form",
            where,
            Text(f"释义应为一句话并以“{end}”结尾", f"the definition should be one sentence ending in {end!r}"),
            Text("改写成一句", "make it one sentence"),
        )


def _check_script(entry: Term, findings: Findings) -> None:
    """Report Chinese in English text, English words in Chinese text and half-width marks in Chinese text."""
    for text in (*entry.names("en"), entry.definition.en):
        if _WIDE.search(text):
            findings.error(
                "glossary-mixed-language",
                f"{entry.key}.en",
                Text(f"英文中含有中文字符：{text}", f"English text holds Chinese characters: {text}"),
                Text("用英文书写", "write it in English"),
            )
    for text in (*entry.names("zh"), entry.definition.zh):
        if _LATIN_WORD.search(text) or _HALF_WIDTH_MARK.search(text):
            findings.error(
                "glossary-mixed-language",
                f"{entry.key}.zh",
                Text(f"中文中含有英文单词或半角标点：{text}", f"Chinese text holds English words or marks: {text}"),
                Text(
                    "用中文和全角标点书写，缩略语用大写", "write Chinese with full-width marks; abbreviate in capitals"
                ),
            )
    for text in (entry.label.zh, entry.definition.zh):
        if text and not _HAN.search(text):
            findings.error(
                "glossary-mixed-language",
                f"{entry.key}.zh",
                Text(f"中文字段中没有汉字：{text}", f"a Chinese field has no Chinese character: {text}"),
                Text("用中文书写", "write it in Chinese"),
            )


def _check_hierarchy(entries: Sequence[Term], findings: Findings) -> None:
    parents = {entry.key: entry.broader for entry in entries}
    for key, broader in parents.items():
        if broader is not None and broader not in parents:
            findings.error(
                "glossary-unknown-broader",
                f"{key}.broader",
                Text(f"上位术语“{broader}”不存在", f"the broader term {broader!r} does not exist"),
                Text("改为已有的键", "name a key that exists"),
            )
        seen, step = [key], parents.get(key)
        while step is not None and step not in seen:
            seen.append(step)
            step = parents.get(step)
        if step == key:
            findings.error(
                "glossary-cycle",
                f"{key}.broader",
                Text(
                    f"上下位关系成环：{' → '.join([*seen, key])}", f"broader terms run in a circle: {', '.join(seen)}"
                ),
                Text("断开其中一环", "cut one of the links"),
            )


def _check_sources(entries: Sequence[Term], findings: Findings) -> None:
    used = {entry.source.key for entry in entries}
    for key, source in sources().items():
        if key not in used:
            findings.warning(
                "glossary-unused-source",
                key,
                Text(f"来源“{source.cite}”没有被任何术语引用", f"no term cites the source {source.cite!r}"),
                Text("删去该来源或引用它", "remove the source or cite it"),
            )


def check_glossary(entries: Iterable[Term] | None = None) -> Findings:
    """Check a glossary and return all findings.

    Parameters
    ----------
    entries : iterable of Term or None
        Terms to check, doubles allowed; None checks the glossary of the package and its list of sources.
    """
    checked, findings = tuple(all_entries() if entries is None else entries), Findings()
    _check_keys(checked, findings)
    _check_names(checked, findings)
    for entry in checked:
        _check_completeness(entry, findings)
        for language in LANGUAGES:
            _check_definition(entry, language, findings)
        _check_script(entry, findings)
    _check_hierarchy(checked, findings)
    if entries is None:
        _check_sources(checked, findings)
    return findings
