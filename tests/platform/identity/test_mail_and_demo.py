"""Links by mail, the six people of the demonstration, and accounts from the command line."""

import json
from dataclasses import replace
from email.message import EmailMessage

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from huakai_deploy.commands.accounts import group
from huakai_deploy.local import Urls
from huakai_platform.identity import demo, mail
from huakai_platform.identity.models import Account, Invitation
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.tenancy import PLATFORM
from tests.platform.identity.people import PASSWORD, sign_in
from tests.support import servers
from tests.support.make import Make


def test_the_job_issues_and_mails_the_link(
    app: Flask, databases: Databases, make: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[EmailMessage] = []
    monkeypatch.setattr(mail, "deliver", lambda _url, message: sent.append(message))
    account = make.account(email="wang@example.org")
    actor = make.member(Role.SITE_WORKER, account=account)
    row = make.add(
        Invitation(
            id=uuid7(), account_id=account.id, site_id=actor.site_id, purpose="invite", created_at=account.created_at
        )
    )
    with_mail = replace(settings, smtp_url="smtp://localhost")

    with databases.session(Login.WORKER, row.site_id or PLATFORM) as session:
        assert mail.send_invitation(session, with_mail, row.id)
        assert not mail.send_invitation(session, settings, row.id)

    assert sent[0]["To"] == "wang@example.org"
    path = sent[0].get_content().split("localhost")[1].split()[0]
    assert account.name in app.test_client().get(path).text


def test_six_people_sign_in_with_one_password(app: Flask, databases: Databases, make: Make, settings: Settings) -> None:
    institution = make.institution()
    with databases.session(Login.OVERSIGHT) as session:
        assert len(demo.accounts(session, settings, institution.id, password=PASSWORD)) == 3
    site = make.site()
    for _twice in range(2):
        with databases.session(Login.OVERSIGHT) as session:
            rows = demo.accounts(session, settings, institution.id, password=PASSWORD)

    assert [row[2] for row in rows] == ["admin", "office", "auditor", "head", "counsellor", "worker"]
    assert rows[3][3] == site.name
    for _role, _name, login, _site in rows:
        assert sign_in(app.test_client(), login).status_code == 303
    with databases.session(Login.MIGRATOR) as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 6


def test_the_command_line_makes_an_administrator(app: Flask, urls: Urls, databases: Databases) -> None:
    runner = CliRunner(env=dict(servers.environment(urls)))
    create = ["create", "--role", "institution_admin", "--name", "陈院长", "--login", "chen", "--json"]

    nothing = runner.invoke(group, create)
    dry = runner.invoke(group, [*create, "--institution", "花开中心", "--dry-run"])
    weak = runner.invoke(group, [*create, "--institution", "花开中心", "--password-stdin"], input="short\n")
    made = runner.invoke(group, [*create, "--institution", "花开中心", "--password-stdin"], input=f"{PASSWORD}\n")
    linked = runner.invoke(
        group, ["create", "--role", "regional_office", "--name", "区办", "--region", "洛龙区", "--json"]
    )

    assert nothing.exit_code != 0
    assert json.loads(dry.stdout)["dry_run"] is True
    assert weak.exit_code == 1
    assert json.loads(made.stdout)["login"] == "chen"
    assert sign_in(app.test_client(), "chen").status_code == 303
    path = json.loads(linked.stdout)["link"].split("localhost")[1]
    assert "office-1" in app.test_client().get(path).text
