"""The same page and the same list of the API as they are usually written: entities, Flask-Login, Babel, marshmallow.

Beside them one sees what the product's own way is worth; they read the same rows under the same row security.
"""

from typing import Any
from uuid import UUID

from flask import Flask, Response, g, render_template_string
from flask_babel import Babel, format_date, format_datetime, gettext
from flask_login import LoginManager, UserMixin, current_user, login_required
from jinja2 import DictLoader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account, AccountSession, Membership
from huakai_platform.identity.sessions import digest
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.sites import Site
from huakai_platform.onboarding.api.shapes import SiteRow
from huakai_platform.web.navigation import MENU
from huakai_templates.icons import icon
from huakai_tenants.checklists.models import ChecklistAnswer, ChecklistReopening, ChecklistRun

BASE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title></head><body>
<header><strong>{{ site.name }}</strong><span>{{ current_user.account.name }}</span><span>{{ unread }}</span></header>
<nav><ul>{% for entry in menu %}
<li><a href="/{{ entry.endpoint }}">{{ icon(entry.icon, 24) }}<span>{{ _(entry.label|string) }}</span></a></li>
{% endfor %}</ul></nav>
<main>{% block main %}{% endblock %}</main></body></html>"""
PAGE = """{% extends "base.html" %}{% block title %}{{ _('检查单') }}{% endblock %}
{% macro badge(tone, symbol, label) %}<span class="badge st-{{ tone }}">{{ icon(symbol, 14) }}{{ label }}</span>{% endmacro %}
{% block main %}<table><thead><tr><th>{{ _('检查单') }}</th></tr></thead><tbody>
{% for run in runs %}<tr>
<td><a href="/room/checklists/{{ run.id }}">{{ titles[run.code] }}</a><small>{{ answers.get(run.id, 0) }} / {{ totals[run.code] }}</small></td>
<td>{{ format_date(run.due_on) }}</td>
<td>{% if run.completed_at %}{{ badge('ok', 'check', _('已完成')) }}{% else %}{{ badge('bad', 'triangle-alert', _('已逾期')) }}{% endif %}</td>
<td>{% if run.completed_at %}{{ format_datetime(run.completed_at) }}{% else %}—{% endif %}</td>
<td>{% if run.score %}{{ run.score.percent }}%{% else %}—{% endif %}</td>
<td>{% if run.score %}{{ badge('ok', 'check', _('全部合格')) }}{% else %}—{% endif %}{% if reopened.get(run.id) %}{{ badge('warn', 'rotate-ccw', _('曾重新打开')) }}{% endif %}</td>
</tr>{% endfor %}</tbody></table>{{ _('共 %(num)s 条', num=total) }}{% endblock %}"""  # noqa: E501


class User(UserMixin):  # type: ignore[misc]
    """Who is signed in, by entities."""

    def __init__(self, kept: AccountSession, account: Account, membership: Membership | None) -> None:
        self.id, self.account, self.membership = str(kept.id), account, membership


def app(databases: Databases, tenant: UUID | None, login: Login, rows: int) -> Flask:
    """An application of two addresses over a room's rows, or the console's."""
    made = Flask("usual")
    made.secret_key = "only for a measurement"
    made.jinja_loader = DictLoader({"base.html": BASE})
    Babel(made, default_locale="zh_CN", default_timezone="Asia/Shanghai")
    made.jinja_env.globals.update(icon=icon, format_date=format_date, format_datetime=format_datetime, _=gettext)
    manager = LoginManager(made)

    @manager.request_loader  # type: ignore[untyped-decorator]
    def load(request: Any) -> User | None:
        token = request.cookies.get("huakai") or ""
        with databases.session(Login.OVERSIGHT if login is Login.OVERSIGHT else Login.TENANT) as session:
            kept = session.scalar(select(AccountSession).where(AccountSession.token_hash == digest(token)))
            account = session.get(Account, kept.account_id) if kept else None
            membership = session.get(Membership, kept.membership_id) if kept and kept.membership_id else None
            return User(kept, account, membership) if kept and account else None

    def db() -> Session:
        if "db" not in g:
            g.entered = databases.session(login, tenant) if tenant else databases.session(login)
            g.db = g.entered.__enter__()
        session: Session = g.db
        return session

    @made.teardown_request
    def close(_error: BaseException | None) -> None:
        if "entered" in g:
            g.entered.__exit__(None, None, None)

    @made.get("/room/checklists")
    @login_required  # type: ignore[untyped-decorator]
    def checklists() -> str:
        runs = db().scalars(select(ChecklistRun).order_by(ChecklistRun.due_on.desc()).limit(rows)).all()
        ids = [run.id for run in runs]
        grouped = select(ChecklistAnswer.run_id, func.count()).where(ChecklistAnswer.run_id.in_(ids))
        again = select(ChecklistReopening.run_id, func.count()).where(ChecklistReopening.run_id.in_(ids))
        unread = select(func.count()).select_from(Notice).where(Notice.account_id == current_user.account.id)
        return render_template_string(
            PAGE,
            runs=runs,
            answers=dict(db().execute(grouped.group_by(ChecklistAnswer.run_id)).all()),
            reopened=dict(db().execute(again.group_by(ChecklistReopening.run_id)).all()),
            total=db().scalar(select(func.count()).select_from(ChecklistRun)),
            unread=db().scalar(unread),
            site=db().get(Site, tenant),
            menu=MENU[-1][1],
            titles=dict.fromkeys(("daily", "weekly", "monthly"), "每日安全检查"),
            totals=dict.fromkeys(("daily", "weekly", "monthly"), 12),
        )

    @made.get("/api/v1/sites")
    @login_required  # type: ignore[untyped-decorator]
    def sites() -> Response:
        found = db().scalars(select(Site).order_by(Site.id).limit(rows)).all()
        return Response(SiteRow(many=True).dumps(found), content_type="application/json")

    return made
