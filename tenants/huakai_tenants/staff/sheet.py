"""The register as a sheet to fill in: its columns, how each is filled in, and the empty or filled template."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from huakai_platform.kernel import audit, clock, tenancy
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.fields import Choice, Code, Date, Phone, Text
from huakai_platform.kernel.i18n import Message, _
from huakai_platform.kernel.workbooks import lists
from huakai_platform.kernel.workbooks.lists import ListColumn
from huakai_tenants.staff import listing, posts
from huakai_tenants.staff.models import StaffMember
from huakai_tenants.staff.posts import Plan
from huakai_tenants.staff.schemas import NUMBER, Email

MOST_ROWS = 2_000
NO_ROLE = "none"
STORED = ("number", "name", "post", "employment", "ab", "joined_on", "background_checked_on", "note")
SEALED = ("phone", "email")
TITLES: dict[str, Message] = {
    "number": _("工号"),
    "name": _("姓名"),
    "post": _("岗位"),
    "employment": _("用工形式"),
    "ab": _("A/B 角"),
    "joined_on": _("到岗日期"),
    "background_checked_on": _("违法犯罪记录查询日期"),
    "phone": _("电话"),
    "email": _("邮箱"),
    "note": _("备注"),
}
NOTES: dict[str, Message] = {
    "number": _("已登记的人员按工号查找；新人员不填则自动编号。"),
    "name": _("没有工号时，按姓名和岗位查找已登记的人员。"),
    "post": _("从下拉列表中选择。要改变岗位，请填写工号。"),
    "employment": _("从下拉列表中选择。"),
    "ab": _("空白表示不改动；要取消请选“不担任”。"),
    "joined_on": _("如 2026-01-05。"),
    "background_checked_on": _("最近一次查询的日期，不能晚于今天。空白表示不改动。"),
    "phone": _("加密保存。空白表示不改动。"),
    "email": _("加密保存。空白表示不改动。"),
    "note": _("最多 500 个字。空白表示不改动。"),
}
GUIDE: tuple[Message, ...] = (
    _("每人一行，最多 2000 行；不要改动第一行的列名。"),
    _("上传后先逐行检查，不会写入任何内容；确认后才写入没有错误的行。"),
    _("同一张表可以再次上传：已登记的人员按工号查找，没有工号的按姓名和岗位查找，不会重复登记。"),
    _("空白的格子不改动已登记的内容。离岗和返岗请在人员页面登记。"),
)


def columns(plan: Plan, language: str) -> tuple[ListColumn, ...]:
    """The columns in order, with drop-downs in the reader's language."""
    titled = {code: post.title.get(language) or post.title["zh"] for code, post in plan.posts.items()}
    fields: dict[str, tuple[Any, float, Mapping[str, str]]] = {
        "number": (Code(NUMBER, max_length=20), 12, {}),
        "name": (Text(max_length=40, required=True), 14, {}),
        "post": (Choice(plan.posts, required=True), 26, titled),
        "employment": (Choice(posts.EMPLOYMENTS, required=True), 12, _words(posts.EMPLOYMENTS)),
        "ab": (Choice([*posts.AB, NO_ROLE]), 10, _words(posts.AB | {NO_ROLE: _("不担任")})),
        "joined_on": (Date(required=True), 14, {}),
        "background_checked_on": (Date(), 22, {}),
        "phone": (Phone(), 16, {}),
        "email": (Email(max_length=200), 24, {}),
        "note": (Text(max_length=500, multiline=True), 30, {}),
    }
    return tuple(
        ListColumn(key, TITLES[key], field, width, NOTES[key].render(), choices)
        for key, (field, width, choices) in fields.items()
    )


def template(session: Session, actor: Actor, plan: Plan, language: str, *, filled: bool) -> bytes:
    """The sheet to fill in; `filled` with who is in service now, without any contact, on record."""
    rows = _present(session) if filled else []
    title, guide = _("人员").render(), [one.render() for one in GUIDE]
    written = lists.template(title, columns(plan, language), rows, guide)
    if filled:
        audit.record(session, actor, "staff.exported", "site", tenancy.current(session), rows=len(rows))
    return written


def _present(session: Session) -> list[Mapping[str, Any]]:
    wanted = (
        select(*(getattr(StaffMember, name) for name in STORED))
        .where(listing.in_service(clock.today()))
        .order_by(StaffMember.number)
        .limit(MOST_ROWS)
    )
    return [row._asdict() for row in session.execute(wanted)]


def _words(said: Mapping[str, Message]) -> dict[str, str]:
    return {code: word.render() for code, word in said.items()}
