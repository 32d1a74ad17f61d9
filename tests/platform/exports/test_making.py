"""An export is made by a process of its own, under the rights of that moment, once, whatever happens meanwhile."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from huakai_deploy.local import Urls
from huakai_platform.exports import making, service
from huakai_platform.exports.catalogue import LISTS
from huakai_platform.exports.models import Export
from huakai_platform.identity.models import Account, Membership
from huakai_platform.kernel import clock, i18n, operations, workbooks
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.config import Login, Settings
from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.ids import uuid7
from huakai_platform.kernel.notices import Notice
from huakai_platform.kernel.operations import Ending, Operation, OperationItem
from huakai_platform.resources import exporting
from huakai_worker import exporter
from tests.support.exported import made
from tests.support.make import Make

LUOYANG, CANARY = "410300000000", "canary社区心理咨询室"
GUANGZHOU: dict[str, Any] = {
    "region_code": "440103000000",
    "ancestors": ["440103000000", "440100000000", "440000000000", "000000000000"],
}


@pytest.fixture
def office(make: Make) -> Actor:
    return make.member(Role.REGIONAL_OFFICE, region_code=LUOYANG)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch, make: Make) -> None:
    """Seven sites of Luoyang, read two by two."""
    monkeypatch.setattr(making, "CHUNK", 2)
    for _number in range(6):
        make.site()
    make.site(name=CANARY)


def ask(make: Make, actor: Actor, query: str = "", name: str = "sites") -> UUID:
    with service.as_asker(make.databases, actor.account_id) as session:
        return service.start(session, actor, name, query).id


def work(make: Make) -> bool:
    return exporter.make_one(make.databases, uuid7())


def standing(make: Make, actor: Actor, export_id: UUID) -> service.Standing:
    with service.as_asker(make.databases, actor.account_id) as session:
        return service.get(session, actor, export_id)


def content(make: Make, actor: Actor, export_id: UUID) -> list[list[str]]:
    link = standing(make, actor, export_id).link
    assert link
    with service.as_asker(make.databases, actor.account_id) as session:
        file, _name = service.take(session, actor, export_id, link.rpartition("/")[2])
    return [[cell.text for cell in row] for row in workbooks.read(file).sheets[0].rows]


def change(make: Make, statement: Any) -> None:
    with make.databases.session(Login.MIGRATOR) as session:
        session.execute(statement)


@pytest.mark.parametrize("sort", ["code", "-code", "state", "-state", "since", "-area", "-name"])
def test_all_rows_are_there_once_in_the_order_of_the_list(make: Make, office: Actor, sort: str) -> None:
    make.site(operating_since=None, area=12)
    make.site(state="suspended", area=30)
    export_id = ask(make, office, f"sort={sort}")

    assert work(make)

    rows = content(make, office, export_id)[1:]
    found = standing(make, office, export_id)
    assert len({row[0] for row in rows}) == len(rows) == 9
    assert (found.ending, found.export.rows_done, found.export.rows_total) == (Ending.DONE, 9, 9)
    codes = [row[0] for row in rows]
    if sort.endswith("code"):
        assert codes == sorted(codes, reverse=sort.startswith("-"))


def test_filters_columns_and_language_are_those_of_the_asker(make: Make, office: Actor) -> None:
    with i18n.speaking("en"):
        export_id = ask(make, office, "q=canary&columns=code&columns=state")

    work(make)

    heads, *rows = content(make, office, export_id)
    assert heads == ["Code", "Status"]
    assert [row[1] for row in rows] == ["Open"]


def test_a_role_that_has_ended_exports_nothing(make: Make, office: Actor) -> None:
    export_id = ask(make, office)
    change(make, update(Membership).where(Membership.id == office.membership_id).values(ended_at=clock.now()))

    assert work(make)

    found = standing(make, office, export_id)
    assert (found.ending, found.link) == (Ending.FAILED, None)
    assert found.error == "要求导出时使用的身份已经结束。"


def test_a_disabled_account_and_a_role_without_the_permission_export_nothing(make: Make, office: Actor) -> None:
    other = make.member(Role.REGIONAL_OFFICE, region_code=LUOYANG)
    first, second = ask(make, office), ask(make, other)
    change(make, update(Account).where(Account.id == office.account_id).values(disabled_at=clock.now()))
    change(make, update(Membership).where(Membership.id == other.membership_id).values(role="volunteer"))

    assert [work(make), work(make)] == [True, True]

    assert standing(make, office, first).ending is Ending.FAILED
    assert standing(make, other, second).error == "您的身份没有导出“站点”的权限。"


def test_the_reach_of_the_moment_counts_not_that_of_the_asking(make: Make, office: Actor) -> None:
    make.site(code="HK-440103-0001", **GUANGZHOU)
    export_id = ask(make, office)
    narrowed = update(Membership).where(Membership.id == office.membership_id)
    change(make, narrowed.values(region_code="440100000000"))

    work(make)

    with service.as_asker(make.databases, office.account_id) as session:
        assert session.get_one(Export, export_id).region_code == "440100000000"
        with pytest.raises(HuakaiError):
            service.take(session, office, export_id, standing(make, office, export_id).link or "")
    assert standing(make, office, export_id).export.rows_done == 1


def before_chunk(deed: Callable[[], object], at: int = 2) -> Callable[[], bool]:
    """Something happens before a chunk is read."""
    seen = []

    def happen() -> bool:
        seen.append(1)
        if len(seen) == at:
            deed()
        return False

    return happen


@pytest.mark.parametrize(
    ("values", "said"), [({"region_code": "410311000000"}, "管辖范围有变化"), ({"ended_at": clock.now()}, "已经结束")]
)
def test_a_reach_or_role_that_changes_meanwhile_fails_it(
    make: Make, office: Actor, values: dict[str, Any], said: str
) -> None:
    export_id, taken = ask(make, office), making.take(make.databases, uuid7())
    assert taken
    changed = update(Membership).where(Membership.id == office.membership_id).values(values)

    with pytest.raises(HuakaiError, match=said):
        making.make(make.databases, taken, before_chunk(lambda: change(make, changed)))

    assert standing(make, office, export_id).link is None


def test_a_cancelled_export_stops_between_two_chunks(make: Make, office: Actor) -> None:
    export_id, read = ask(make, office), []

    def cancel() -> None:
        with service.as_asker(make.databases, office.account_id) as session:
            service.cancel(session, office, export_id)

    taken = making.take(make.databases, uuid7())
    assert taken
    happen = before_chunk(cancel)

    def between() -> bool:
        read.append(1)
        return happen()

    with pytest.raises(making.Stopped):
        making.make(make.databases, taken, between)

    assert len(read) == 2
    assert standing(make, office, export_id).ending is Ending.CANCELLED
    assert not work(make)


def test_killed_between_chunks_it_is_made_by_the_next_process(make: Make, office: Actor) -> None:
    export_id, killed = ask(make, office), making.take(make.databases, uuid7())
    assert killed

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        making.make(make.databases, killed, before_chunk(die))
    assert not work(make), "it is still in the hands of the first"
    over = update(Export).values(taken_until=clock.now() - timedelta(seconds=1))
    change(make, over)

    assert work(make)

    assert len(content(make, office, export_id)) == 8
    assert not work(make)
    with pytest.raises(making.Stopped):
        making.make(make.databases, killed)
    making.fail(make.databases, killed, "late")
    making.give_back(make.databases, killed)
    assert standing(make, office, export_id).ending is Ending.DONE
    assert len(notices(make)) == 1


def notices(make: Make) -> list[Notice]:
    with make.databases.session(Login.OVERSIGHT) as session:
        return list(session.scalars(select(Notice)))


def test_a_process_that_is_told_to_stop_gives_it_back(make: Make, office: Actor) -> None:
    export_id = ask(make, office)
    taken = making.take(make.databases, uuid7())
    assert taken
    with pytest.raises(making.Stopped):
        making.make(make.databases, taken, lambda: True)

    making.give_back(make.databases, taken)

    assert standing(make, office, export_id).export.attempts == 0
    assert work(make)


def test_one_that_fails_says_why_stops_no_other_and_can_be_tried_again(
    make: Make, office: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = ask(make, office, name="drift"), ask(make, office)
    whole = exporting.head

    def head(session: Any, actor: Actor, resource: Any) -> Any:
        if resource.name == "drift":
            raise ProgrammingError("select secret", {}, Exception("secret"))
        return whole(session, actor, resource)

    with monkeypatch.context() as patched:
        patched.setattr(exporting, "head", head)
        assert [work(make), work(make), work(make)] == [True, True, False]

    failed = standing(make, office, bad)
    assert failed.ending is Ending.FAILED
    assert "系统出错（ProgrammingError）" in (failed.error or "")
    assert "secret" not in (failed.error or "")
    assert standing(make, office, good).ending is Ending.DONE
    assert {one.href for one in notices(make)} >= {f"/console/exports/{bad}"}
    with service.as_asker(make.databases, office.account_id) as session:
        service.resume(session, office, bad)
    assert work(make)
    assert standing(make, office, bad).ending is Ending.DONE


def test_one_that_its_process_dies_of_again_and_again_is_given_up(make: Make, office: Actor) -> None:
    export_id = ask(make, office)
    change(make, update(Export).values(attempts=making.ATTEMPTS))

    assert not work(make)

    assert "多次中断" in (standing(make, office, export_id).error or "")


def test_a_database_that_goes_away_is_nobodys_failure(
    make: Make, office: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_id = ask(make, office)

    def gone(*_about: Any) -> None:
        raise OperationalError("select 1", {}, Exception("gone"), connection_invalidated=True)

    with monkeypatch.context() as patched:
        patched.setattr(exporting, "head", gone)
        with pytest.raises(OperationalError):
            work(make)

    assert standing(make, office, export_id).running


def test_what_is_over_is_deleted_with_its_bytes(make: Make, office: Actor) -> None:
    old = clock.now() - timedelta(days=8)
    export_id, _token = made(make, office, make.institution().id, expires_at=old)
    kept, _key = made(make, office, make.institution().id)
    change(make, update(Operation).values(created_at=old))

    making.forget(make.databases)

    with make.databases.session(Login.MIGRATOR) as session:
        assert session.scalars(select(Export.id)).all() == [kept]
    with service.as_asker(make.databases, office.account_id) as session:
        change(make, update(OperationItem).where(OperationItem.operation_id == export_id).values(state="failed"))
        operations.resume(session, office, export_id)
    assert not work(make)
    with make.databases.session(Login.MIGRATOR) as session:
        error = select(OperationItem.error).where(OperationItem.operation_id == export_id)
        assert session.scalar(error) == "这份导出已经过期，请重新导出。"


def test_what_is_kept_holds_no_word_of_the_list(make: Make, office: Actor, urls: Urls) -> None:
    ask(make, office)
    work(make)

    with psycopg.connect(urls.login("huakai_migrator")) as connection:
        row = connection.execute("SELECT content, t::text FROM platform.export t").fetchone()
    assert row
    assert row[0][:2] != b"PK"
    assert CANARY.encode() not in row[0]
    assert not re.search("canary|HK-410311|站点", row[1])


def test_the_console_sees_the_exports_of_whom_it_serves_and_no_other_login_any(make: Make, office: Actor) -> None:
    ask(make, office)
    other = make.member(Role.INSTITUTION_ADMIN)

    with service.as_asker(make.databases, other.account_id) as session:
        assert session.scalars(select(Export.id)).all() == []
    with make.databases.session(Login.OVERSIGHT) as session:
        assert session.scalars(select(Export.id)).all() == []
    for login in (Login.WORKER, Login.TENANT):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            make.databases.session(login) as session,
        ):
            session.execute(text("SELECT id FROM platform.export"))


def test_the_process_needs_one_login_and_no_key(settings: Settings) -> None:
    url = settings.database(Login.OVERSIGHT)
    bare = Settings.of_login(Login.OVERSIGHT, {"DATABASE_URL_OVERSIGHT": url})

    assert (bare.master_key, bare.audit_key, bare.secret_key, bare.redis_url) == (None, None, "", "")
    assert set(bare.databases) == {Login.OVERSIGHT}
    with pytest.raises(HuakaiError):
        Settings.of_login(Login.OVERSIGHT, {})


def test_a_chunk_costs_four_statements_however_far_it_is(make: Make, office: Actor) -> None:
    sent: list[int] = []
    for more in (0, 8, 8):
        for _number in range(more):
            make.site()
        ask(make, office)
        sent.append(len(statements_of(make)))

    chunks = 8 // 2
    assert (sent[1] - sent[0]) / chunks == (sent[2] - sent[1]) / chunks == 4


def statements_of(make: Make) -> list[str]:
    """What one export sends under the console's login: binding, rows, their words, how far it is."""
    seen: list[str] = []
    engine = make.databases.engine(Login.OVERSIGHT)

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert work(make)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize("name", LISTS)
def test_every_list_of_the_catalogue_is_made_in_every_order(make: Make, name: str) -> None:
    admin = make.member(Role.INSTITUTION_ADMIN)
    for sort in LISTS[name].resource.sorts:
        for sign in ("", "-"):
            export_id = ask(make, admin, f"sort={sign}{sort}", name)
            assert work(make)
            found = standing(make, admin, export_id)
            assert (found.ending, found.error) == (Ending.DONE, None), sort
            heads = content(make, admin, export_id)[0 if LISTS[name].plain else 2]
            assert heads == [one.label.render() for one in LISTS[name].resource.out("export")]
