"""Activities as a sheet to fill in: its columns, how each is filled in, and the empty or filled template."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Checked, Choice, Date, Int, Text, Time
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.text import clean
from huakai_platform.kernel.workbooks import cells, lists
from huakai_platform.kernel.workbooks import words as units
from huakai_platform.kernel.workbooks.lists import ListColumn, Listing
from huakai_tenants.activities import materials, schemas, service
from huakai_tenants.activities.catalogue import DIRECTIONS, OWN, STATES, Catalogue
from huakai_tenants.activities.materials import Materials
from huakai_tenants.activities.models import Activity

MOST_ROWS = 2_000
LEFT_OUT = ("facilitators", "reported_with", "counted")
"""What is not in the sheet, and stays as it is."""
TITLES: dict[str, Message] = {name: title for name, title in service.FIELDS.items() if name not in LEFT_OUT}
FLAGS = ("sessions_estimated", "attendances_estimated", "people_estimated")
UNITS = {"sessions": units.TIMES, "attendances": units.VISITS, "people": units.PEOPLE, "leads": units.PEOPLE}
YES_NO: dict[str, Message] = {"yes": _("是"), "no": _("否")}
OWN_THEME = _("本站自定的本月主题")
FROM_LIST, KEPT = _("从下拉列表中选择。空白表示不改动。"), _("空白表示不改动。")
NOTES: dict[str, Message] = {
    "title": _("日期和名称都相同的，是同一次活动。"),
    "held_on": _("如 2026-01-05。"),
    "starts_at": _("如 09:30。空白表示不改动。"),
    "ends_at": _("如 11:00。空白表示不改动。"),
    "audiences": _("可以写几个，用顿号分开。空白表示不改动。"),
    "flowers": _("可以写几个，用顿号分开。空白表示不改动。"),
    "sessions": _("办了几场。计划中的活动不填。"),
    "attendances": _("每场到场的人加在一起。不知道的不填。"),
    "people": _("不同的人，来几次都算一个。不知道的不填。"),
    "materials": _("名称和数量，用分号分开，如“折页 300；海报 5”。"),
    "leads": _("只填人数，不写姓名；这个数字不离开本站点"),
}
GUIDE: tuple[Message, ...] = (
    _("每次活动一行，最多 2000 行；不要改动第一行的列名。"),
    _("上传后先逐行检查，不会写入任何内容；确认后才写入没有错误的行。"),
    _("同一张表可以再次上传：日期和名称都相同的活动不会重复登记。"),
    _("空白的格子不改动已登记的内容。取消活动请在活动页面进行。"),
)


class Several(Checked[list[str]]):
    """Codes by their words, several in one cell."""

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__()
        self.codes = {word: code for code, word in words.items()} | {code: code for code in words}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[str]:
        parts = [part.strip() for part in re.split(r"[\u3001,，;；\n]", clean(value, multiline=True)) if part.strip()]
        said = [one for part in parts for one in ([part] if cells.word(part, self.codes) else part.split())]
        known = [cells.word(one, self.codes) for one in said]
        if unknown := next((one for one, word in zip(said, known, strict=True) if word is None), None):
            raise ValidationError(_("没有“{word}”，可填：{known}", word=unknown[:20], known=listed(self._words())))
        return sorted({self.codes[word] for word in known if word})

    def _words(self) -> list[str]:
        return [word for word, code in self.codes.items() if word != code]


def columns(known: Catalogue, language: str) -> tuple[ListColumn, ...]:
    """The columns in order, with drop-downs in the reader's language."""
    titled = {name: _titled(getattr(known, name), language) for name in ("venues", "programmes", "forms", "themes")}
    titled["themes"][OWN] = OWN_THEME.render()
    yes_no = {code: word.render() for code, word in YES_NO.items()}
    chosen = {
        "state": {code: STATES[code].render() for code in ("planned", "held")},
        "direction": {code: word.render() for code, word in DIRECTIONS.items()},
        "venue": titled["venues"],
        "programme": titled["programmes"],
        "form": titled["forms"],
        "theme": titled["themes"],
        **dict.fromkeys(FLAGS, yes_no),
    }
    required = ("state", "direction", "form")
    fields: dict[str, Any] = {name: Choice(codes, required=name in required) for name, codes in chosen.items()}
    fields |= {
        "title": Text(max_length=80, required=True),
        "held_on": Date(required=True),
        "starts_at": Time(),
        "ends_at": Time(),
        "audiences": Several(_titled(known.audiences, language)),
        "flowers": Several(_titled(known.flowers, language)),
        "sessions": Int(1, 10_000),
        "attendances": Int(0, schemas.MOST),
        "people": Int(0, schemas.MOST),
        "materials": Materials(),
        "leads": Int(0, 10_000),
        "place": Text(max_length=80),
        "partner": Text(max_length=120),
        "guests": Text(max_length=120),
        "note": Text(max_length=1000, multiline=True),
    }
    return tuple(
        ListColumn(
            name,
            title,
            fields[name],
            _width(name),
            _note(name, name in chosen).render(),
            chosen.get(name, {}),
            units=UNITS.get(name, ()),
        )
        for name, title in TITLES.items()
    )


def template(session: Session, actor: Actor, known: Catalogue, language: str, *, filled: bool) -> bytes:
    """The sheet to fill in; `filled` with the newest activities that are not called off, as many as fit."""
    rows = _present(session, known, language) if filled else []
    guide = [one.render() for one in GUIDE]
    written = lists.template(_("活动").render(), columns(known, language), rows, guide)
    if filled:
        audit.record(session, actor, "activities.exported", "site", tenancy.current(session), rows=len(rows))
    return written


def stored(session: Session, listing: Listing, *, lock: bool = False) -> Sequence[Activity]:
    """The activities that the rows name by day and title."""
    named = {(row.values["held_on"], row.values["title"]) for row in listing.rows if row.values}
    wanted = select(Activity).where(tuple_(Activity.held_on, Activity.title).in_(named)).order_by(Activity.id)
    return session.scalars(wanted.with_for_update() if lock else wanted).all()


def _present(session: Session, known: Catalogue, language: str) -> list[Mapping[str, Any]]:
    wanted = select(Activity).where(Activity.state != "cancelled").order_by(Activity.held_on.desc(), Activity.id)
    return [_line(row, known, language) for row in session.scalars(wanted.limit(MOST_ROWS))]


def _line(row: Activity, known: Catalogue, language: str) -> Mapping[str, Any]:
    line = {name: getattr(row, name) for name in TITLES}
    line |= {name: "yes" if line[name] else "no" for name in FLAGS}
    for name, codes in (("audiences", known.audiences), ("flowers", known.flowers)):
        said = _titled(codes, language)
        words = listed(said.get(code, code) for code in line[name])
        line[name] = (words.render() if isinstance(words, Message) else words) or None
    return line | {"materials": materials.written(row.materials) or None}


def _titled(codes: Mapping[str, Mapping[str, str]], language: str) -> dict[str, str]:
    return {code: title.get(language) or title["zh"] for code, title in codes.items()}


def _note(name: str, chosen: bool) -> Message:
    return NOTES.get(name, FROM_LIST if chosen else KEPT)


def _width(name: str) -> float:
    return {"title": 32, "programme": 24, "theme": 24, "audiences": 24, "flowers": 20, "materials": 24, "note": 30}.get(
        name, 12
    )
