"""The cover sheet of a hand-over: which plan, confirmed or not, what is in it, who signs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from signalopt.export.cis.words import CisWords
from signalopt.export.facts import SheetFacts
from signalopt.export.markup import Child, Markup, tag
from signalopt.export.page import document, header
from signalopt.timing.schedule import Schedule

_TEXTS: Mapping[str, tuple[str, str]] = {
    "title": ("Передача планов светофорного регулирования", "Бағдаршам жоспарларын тапсыру"),
    "plans": ("Планы", "Жоспарлар"),
    "plan": ("План", "Жоспар"),
    "hash": ("Контрольная сумма", "Бақылау сомасы"),
    "objective": ("Цель", "Мақсат"),
    "confirmed": ("Подтверждено в SUMO", "SUMO-да расталған"),
    "contents": ("Состав", "Құрамы"),
    "part": ("Часть", "Бөлігі"),
    "files": ("Файлов", "Файлдар"),
    "checks": ("Проверки", "Тексерулер"),
    "safe": (
        "Судья безопасности: новых замечаний нет; унаследовано от действующей программы: {count}.",
        "Қауіпсіздік тексерушісі: жаңа ескерту жоқ; қолданыстағы бағдарламадан қалғаны: {count}.",
    ),
    "read": (
        "Файлы, которые читаются обратно, показывают те же сигналы каждую секунду суток.",
        "Кері оқылатын файлдар тәуліктің әр секундында дәл сол сигналдарды көрсетеді.",
    ),
    "refused": ("Не вошло", "Кірмегендер"),
    "sums": ("Контрольные суммы SHA-256", "SHA-256 бақылау сомалары"),
    "sums_text": (
        "Все файлы перечислены в SHA256SUMS; ниже – главные. Сверка: signalopt release --verify.",
        "Барлық файл SHA256SUMS тізімінде; төменде – негізгілері. Тексеру: signalopt release --verify.",
    ),
}
_MAIN = ("plan.json", "schedule.json", "manifest.json", "checks.json")
_CSS = """
.cover th, .cover td { border: .5pt solid #9aa5b1; padding: .8mm 1.2mm; }
.cover code { font-size: 7pt; }
.cover .signatures td { height: 9mm; }
.cover .warning { margin: 4mm 0; padding: 2mm 3mm; border: 1.4pt solid #b8322a; color: #b8322a;
  font-size: 12pt; font-weight: 700; }
.cover .warning li { font-size: 8.6pt; font-weight: 400; }
"""


def cover_html(
    schedule: Schedule, manifest: Mapping[str, Any], sums: Mapping[str, str], facts: SheetFacts
) -> str:
    """The document, in the language that the facts name; `sums` of all other files."""
    words = CisWords(facts.language)
    place = 0 if facts.language == "ru" else 1
    text = {key: texts[place] for key, texts in _TEXTS.items()}
    reasons = manifest["unconfirmed"]
    warning = (
        tag(
            "div",
            words["unconfirmed"],
            tag("ul", [tag("li", r) for r in reasons]),
            class_="warning",
        )
        if reasons
        else None
    )
    plans = [
        (
            str(plan["number"]),
            plan["plan"],
            plan["plan_hash"],
            plan["objective"] or "–",
            "; ".join(f"{k}: {v}" for k, v in plan["confirmed_improvement"].items()) or "–",
        )
        for plan in manifest["plans"]
    ]
    heads = ("№", text["plan"], text["hash"], text["objective"], text["confirmed"])
    safe = text["safe"].format(count=len(manifest["findings"]))
    refused = [f"{name}: {line}" for name, lines in manifest["refused"].items() for line in lines]
    main = [(name, sums[name]) for name in _MAIN if name in sums]
    signed = [words[key] for key in ("compiled", "agreed", "approved", "entered")]
    body = tag(
        "main",
        Markup(f"<style>{_CSS}</style>"),
        header(
            text["title"],
            str(manifest["plan"]),
            f"{facts.area} · {facts.scenario}",
            ((text["plans"], str(len(schedule.plans)), ""),),
        ),
        warning,
        tag("h2", text["plans"]),
        _table(heads, plans),
        tag("h2", text["checks"]),
        tag("ul", [tag("li", line) for line in (safe, text["read"])], class_="plain"),
        tag("h2", text["contents"]),
        _table((text["part"], text["files"]), _contents(manifest)),
        [tag("h2", text["refused"]), tag("ul", [tag("li", line) for line in refused])]
        if refused
        else None,
        tag("h2", text["sums"]),
        tag("p", text["sums_text"], class_="lead"),
        _table(("", "SHA-256"), main),
        tag("h2", words["signatures"]),
        _table(
            tuple(words[key] for key in ("role", "surname", "signature", "date")),
            [(role, "", "", "") for role in signed],
            "signatures",
        ),
        tag("footer", _versions(facts), " · ", " · ".join(facts.sources)),
        class_="page cover",
    )
    return document(f"{text['title']}: {manifest['plan']}", body, words.drawings)


def _contents(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    parts = Counter(_part(name) for name in manifest["files"])
    return [(part, str(count)) for part, count in sorted(parts.items())]


def _part(name: str) -> str:
    """`formats/cis/x.xlsx` belongs to `formats/cis`, `formats/plan.csv` to itself."""
    folders = name.split("/")[:-1]
    return "/".join(folders[:2]) if len(folders) > 1 or folders == ["report"] else name


def _versions(facts: SheetFacts) -> str:
    return ", ".join(f"{name} {number}" for name, number in facts.versions)


def _table(
    heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], style: str | None = None
) -> Child:
    lines = [tag("tr", [tag("td", cell) for cell in row]) for row in rows]
    head = tag("thead", tag("tr", [tag("th", text) for text in heads]))
    return tag("table", head, tag("tbody", lines), class_=style)
