"""Whatever is somebody's already: every page, sheet and program treats it alike and says so to whom it concerns."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from huakai_deploy.cli import main
from huakai_deploy.local import Urls
from huakai_platform.identity import freeing, invitations
from huakai_platform.identity.deciding import Taken, Word
from huakai_platform.identity.models import Account, Institution, Membership
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.audit import AuditEntry
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.sites import Site
from tests.platform.identity.people import EMAIL, PHONE, accounts, drain, hashed, marked, sign_in, told
from tests.support import servers, web
from tests.support.make import Make

Create = Callable[..., Result]
NEW = "/console/accounts/new"


@pytest.fixture
def create(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> Create:
    """`huakai accounts create`, in Chinese."""
    monkeypatch.setattr("huakai_deploy.commands.output._translate", lambda: str)
    monkeypatch.setattr("huakai_platform.kernel.i18n.translate", str)
    runner = CliRunner(env=dict(servers.environment(urls)))
    return lambda *words, given="": runner.invoke(main, ["accounts", "create", *words], input=given)


def test_every_door_of_the_institution_names_who_holds_the_post_and_makes_nothing(
    app: Flask, make: Make, databases: Databases, create: Create
) -> None:
    admin, site = make.member(Role.INSTITUTION_ADMIN), make.site()
    holder = make.member(Role.SITE_HEAD, site, make.account(name="王建国"), post="A")
    asked = {"name": "李心怡", "role": "site_head", "post": "A"}
    before = accounts(databases)

    page = web.post(make.browser(app, admin), NEW, {**asked, "site": site.code})
    answer = make.program(app, admin).post("/api/v1/accounts", json={**asked, "site_id": str(site.id)})
    line = create("--role", "site_head", "--name", "李心怡", "--site", site.code, "--post", "A")
    given = web.post(
        make.browser(app, admin),
        f"/console/accounts/{admin.account_id}/memberships",
        {"role": "site_head", "post": "A", "site": site.code},
    )

    assert [page.status_code, answer.status_code, line.exit_code, given.status_code] == [422, 422, 1, 422]
    for said in (page.text, json.dumps(answer.json, ensure_ascii=False), line.output, given.text):
        assert "A 岗现由王建国担任" in said
    assert f"/console/accounts/{holder.account_id}" in page.text
    assert accounts(databases) == before


def test_the_institution_learns_at_every_door_whose_a_number_address_or_name_is(
    app: Flask, make: Make, databases: Databases, create: Create
) -> None:
    admin, site = make.member(Role.INSTITUTION_ADMIN), make.site()
    owner = marked(make, "王建国", email=EMAIL, login_name="wang")
    make.member(Role.COUNSELLOR, make.site(), owner)
    cases = {"phone": PHONE, "email": EMAIL, "login_name": "wang"}
    before = accounts(databases)

    for field, value in cases.items():
        asked = {"name": "李心怡", "role": "counsellor", field: value}
        page = told(make.browser(app, admin), NEW, {**asked, "site": site.code})
        answer = make.program(app, admin).post("/api/v1/accounts", json={**asked, "site_id": str(site.id)})
        option = {"login_name": "--login"}.get(field, f"--{field}")
        line = create("--role", "counsellor", "--name", "李心怡", "--site", site.code, option, value)

        said = "这个账号名已被使用" if field == "login_name" else "是王建国(wang)登录用的"
        for heard in (page, json.dumps(answer.json, ensure_ascii=False), line.output):
            assert said in heard, field
        assert (answer.status_code, line.exit_code) == (422, 1)
    assert accounts(databases) == before


def test_the_institutions_person_is_found_again_and_told_how_to_get_in(app: Flask, make: Make) -> None:
    admin = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    there = make.add(Institution(id=uuid7(), name="别处", short_name="别处", created_at=clock.now()))
    waiting = marked(make, "没登录过", "13800000011")
    active = marked(make, "在别室", "13800000012", password_hash=hashed())
    returning = marked(make, "回来的", "13800000013", password_hash=hashed(), phone_lookup=None)
    shared = marked(make, "两边的", "13800000014", password_hash=hashed())
    make.member(Role.COUNSELLOR, account=waiting)
    make.member(Role.COUNSELLOR, account=active)
    make.member(Role.COUNSELLOR, account=returning, ended_at=clock.now())
    foreign = {"institution_id": there.id, "role": "auditor", "created_at": clock.now()}
    make.add(Membership(id=uuid7(), account_id=shared.id, **foreign))
    site = make.site()
    heard = {
        account.name: told(
            admin,
            NEW,
            {"name": account.name, "phone": f"1380000001{number}", "role": "volunteer", "site": site.code, **more},
        )
        for number, (account, more) in enumerate(
            [(waiting, {}), (active, {"email": EMAIL}), (returning, {}), (shared, {})], start=1
        )
    }

    for account in (waiting, active, returning, shared):
        assert f"此人已有账号 {account.login_name}，身份已加到该账号上。" in heard[account.name]
    assert "此人还没有设置过密码" in heard["没登录过"]
    assert "此人用原来的密码登录" in heard["在别室"]
    assert "这次填写的邮箱不能用来登录这个账号" in heard["在别室"]
    assert "这次填写的手机号不能用来登录这个账号" in heard["回来的"]
    assert "链接和密码不归本机构管理" in heard["两边的"]
    again = told(admin, NEW, {"name": "在别室", "phone": "13800000012", "role": "volunteer", "site": site.code})
    assert f"在别室({active.login_name})已有这个身份" in again


def test_a_program_and_the_command_line_say_which_account_got_the_role(
    app: Flask, make: Make, databases: Databases, create: Create
) -> None:
    admin, account = make.member(Role.INSTITUTION_ADMIN), marked(make, "李心怡", password_hash=hashed())
    make.member(Role.COUNSELLOR, account=account)
    first, second = make.site(), make.site()
    words = ("--role", "volunteer", "--name", "李心怡", "--phone", PHONE, "--site", second.code)

    asked = {"name": "李心怡", "role": "volunteer", "phone": PHONE, "site_id": str(first.id), "email": EMAIL}
    answer: dict[str, Any] = make.program(app, admin).post("/api/v1/accounts", json=asked).get_json()
    taken_over = create(*words, "--password-stdin", given="an-entirely-other-one-7\n")
    line = create(*words)

    assert answer | {"membership_id": ""} == {
        "account_id": str(account.id),
        "membership_id": "",
        "needs_link": False,
        "outcome": "joined",
        "login_name": account.login_name,
        "unset": ["email"],
    }
    assert (taken_over.exit_code, line.exit_code) == (1, 0)
    assert "密码不能从这里更改" in taken_over.output
    assert f"此人已有账号 {account.login_name}" in line.output
    assert "邀请链接" not in line.output
    assert sign_in(app.test_client(), account.login_name).status_code == 303


def test_with_the_last_role_number_and_address_are_the_next_ones(
    app: Flask, make: Make, databases: Databases, settings: Settings
) -> None:
    site = make.site()
    admin = make.browser(app, make.member(Role.INSTITUTION_ADMIN))
    account = marked(make, "王建国", email=EMAIL, password_hash=hashed())
    first = make.member(Role.COUNSELLOR, site, account)
    second = make.member(Role.VOLUNTEER, make.site(), account)
    asked = {"name": "李心怡", "role": "counsellor", "phone": PHONE, "email": EMAIL, "site": site.code}

    def end(held: Actor) -> None:
        web.post(admin, f"/console/accounts/{account.id}/memberships/{held.membership_id}/end")

    end(first)
    assert "是王建国" in told(admin, NEW, asked), "another role is left"
    end(second)
    assert "账号已建立" in told(admin, NEW, asked), "free at once, before any job has run"

    drain(databases, settings)
    with databases.session(Login.MIGRATOR) as session:
        old = session.get_one(Account, account.id)
        new = session.scalars(select(Account).where(Account.email == EMAIL)).one()
        deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.object == str(account.id))).all()
    assert (old.email, old.phone_lookup, old.phone_hint) == (None, None, "138****0001")
    assert (new.name, new.phone_lookup) == ("李心怡", account.phone_lookup)
    assert list(deeds) == ["accounts.contacts_freed"]
    assert sign_in(app.test_client(), account.login_name).status_code == 303
    assert sign_in(app.test_client(), PHONE).status_code == 422


def test_a_sweep_takes_nothing_from_who_has_a_role_left(make: Make, databases: Databases) -> None:
    later = marked(make, "明天来", "13800000021")
    make.member(Role.VOLUNTEER, account=later, valid_from=clock.today() + timedelta(days=1))
    last_day = marked(make, "今天止", "13800000022")
    make.member(Role.VOLUNTEER, account=last_day, valid_until=clock.today())
    paused = marked(make, "暂停的", "13800000023")
    make.member(Role.VOLUNTEER, make.site(state="suspended"), paused)

    with databases.session(Login.WORKER) as session:
        freeing.sweep(session)

    with databases.session(Login.MIGRATOR) as session:
        assert session.scalar(select(func.count()).where(Account.phone_lookup.is_not(None))) == 3


def test_a_job_empties_numbers_and_addresses_and_writes_none(make: Make, databases: Databases) -> None:
    make.account(email=EMAIL)
    for change in ("email = 'x@example.org'", "phone_lookup = 'x'", "email = NULL, phone_lookup = 'x'"):
        with (
            databases.session(Login.WORKER) as session,
            pytest.raises(ProgrammingError, match="row-level security"),
        ):
            session.execute(text(f"UPDATE platform.account SET {change}"))
    with databases.session(Login.WORKER) as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("UPDATE platform.account SET name = 'x'"))


@pytest.mark.parametrize("word", [Word.INSTITUTION, Word.HEAD])
def test_of_two_at_once_one_gets_the_post_and_the_other_hears_who_was_faster(
    databases: Databases, make: Make, settings: Settings, word: Word
) -> None:
    site = make.site()
    done = at_once(
        databases, Login.OVERSIGHT if word is Word.INSTITUTION else Login.TENANT, site,
        lambda session, number: invitations.invite(
            session, word=word, institution_id=site.institution_id, name=f"某{number}", role=Role.SITE_HEAD,
            site_id=site.id, post="A", lookup_key=settings.lookup_key,
        ),
    )  # fmt: skip

    assert sorted(type(one).__name__ for one in done) == ["Invited", "Taken"]
    assert "A 岗现由某" in str(next(one.fields for one in done if isinstance(one, Taken)))


@pytest.mark.parametrize("word", [Word.INSTITUTION, Word.HEAD])
def test_of_two_at_once_one_gets_the_number(databases: Databases, make: Make, settings: Settings, word: Word) -> None:
    sites = [make.site(), make.site()]
    login = Login.OVERSIGHT if word is Word.INSTITUTION else Login.TENANT
    done = at_once(
        databases, login, sites,
        lambda session, number: invitations.invite(
            session, word=word, institution_id=sites[0].institution_id, name=f"某{number}", role=Role.VOLUNTEER,
            site_id=sites[number].id, phone=PHONE, email=EMAIL, lookup_key=settings.lookup_key,
        ),
    )  # fmt: skip

    if word is Word.INSTITUTION:
        assert sorted(type(one).__name__ for one in done) == ["Invited", "Taken"]
    else:
        assert sorted(len(one.unset) for one in done) == [0, 2], "both are invited, one has the number"


def at_once(databases: Databases, login: Login, sites: Site | list[Site], deed: Callable[[Any, int], Any]) -> list[Any]:
    """Two transactions that have both begun before either goes on."""
    start = Barrier(2)
    databases.open(login).close()

    def one(number: int) -> Any:
        site = sites[number] if isinstance(sites, list) else sites
        tenant = {"tenant_id": site.id} if login is Login.TENANT else {}
        try:
            with databases.session(login, **tenant) as session:
                session.execute(text("SELECT 1"))
                start.wait(20)
                return deed(session, number)
        except Taken as refused:
            return refused

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(2)))
