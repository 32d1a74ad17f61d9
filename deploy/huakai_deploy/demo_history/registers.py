"""The figures of the seeds as entries of registers: 2019 at one site, the rest at the institution, written once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from huakai_deploy.demo_history.rooms import Room
from huakai_deploy.demo_history.skipping import leave_out
from huakai_deploy.demo_history.writing import write
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.kernel.ids import uuid7
from huakai_platform.registers import definitions, entries, entry_store, reading
from huakai_platform.registers.models import InstitutionEntry
from huakai_platform.standards import service as standards
from huakai_tenants.registers.models import RegisterEntry

PAST, VISITS, LEAFLETS = 2019, 302, 15_000
WALK_INS = {"ask": 240, "read": 400, "consult": 160}
Said = Mapping[str, Any]
HANDLED = [
    {"unit": "承办单位一", "part": "separate", "replied_on": "2014-05-30", "reply": "已书面答复"},
    {"unit": "承办单位二", "part": "separate", "replied_on": "2014-06-10", "reply": "已书面答复"},
]
DATED = "种子材料只写年份，日期待核"
INSTITUTION: tuple[tuple[str, Said, Said], ...] = (
    *(
        ("policies", {"issued_on": day, "title": title, "symbol": symbol, "issuer": issuer, "note": DATED,
                      "source": "seed1"}, {})
        for day, title, symbol, issuer in (
            ("2017-12-31", "河南省社会心理服务文件", "豫政法〔2017〕8号", "河南省委政法委"),
            ("2017-12-31", "河南省卫生系统心理服务文件", "豫卫疾控〔2017〕35号", "河南省卫生计生委"),
            ("2018-12-31", "中办文件", "中办发〔2018〕17号", "中共中央办公厅"),
            ("2018-12-31", "全国社会心理服务体系建设试点工作方案", "十部门联合印发", "国家卫生健康委等十部门"),
        )
    ),
    (
        "proposals",
        {"received_on": "2014-03-01", "number": "20140195", "origin": "conference", "subject": "社区服务中心建设",
         "state": "answered", "units": 2, "replies": 2},
        {"handling": HANDLED},
    ),
    (
        "profiles",
        {"day": "2014-12-31", "area": "东莞市", "local": 2_000_000, "migrant": 6_000_000, "overseas": 800_000,
         "estimated": True},
        {},
    ),
    (
        "contracts",
        {"signed_on": "2019-01-02", "sort": "purchase", "title": "社区心理服务项目", "party": "街道办事处",
         "from": "2019-01-02", "until": "2019-12-31", "amount": 300_000},
        {},
    ),
    *(
        ("benchmarks", {"day": "2018-12-31", "series": "城镇居民心理健康白皮书", "title": title, "percent": percent,
                        "origin": "种子材料引用"}, {})
        for title, percent in (("心理亚健康", 73.6), ("心理健康", 10.3), ("有心理问题", 16.1))
    ),
    *(
        ("budgets", {"day": f"{year}-12-31", "title": "社区综合服务示范中心", "tag": "practical", "year": str(year),
                     "centres": centres, "budget": 40_000_000, "spent": 40_000_000}, {})
        for year, centres in ((2012, 18), (2013, 18), (2014, 19))
    ),
)  # fmt: skip

PARTNERS = (
    ("洛阳师范学院", "university", "resident_unit", False),
    ("心理服务专业机构", "agency", "organisation", True),
    ("龙瑞社区居委会", "community", "committee", True),
    ("龙泰社区社工站", "community", "social_workers", True),
    ("定鼎门社区志愿者队", "community", "volunteers", False),
    ("天元社区居民议事会", "community", "residents", False),
)
"""The three roles and the six kinds of actors of the seeds; the name, the role, the actor, and whether linked."""
OF_THE_SITE: dict[str, Sequence[Said]] = {
    "honours": (
        {"day": "2019-11-08", "sort": "platform", "title": "学习强国推荐", "issuer": "学习强国学习平台"},
        {"day": "2019-12-20", "sort": "praise", "title": "上级领导表扬", "issuer": "街道办事处", "rank": "township"},
    ),
    "posters": (
        {"put_up_on": "2019-09-02", "subject": "心理健康海报", "place": "大门口"},
        {"put_up_on": "2019-09-02", "subject": "服务时间和热线", "place": "大门口"},
    ),
    "library_loans": ({"day": "2019-09-05", "deed": "taken_in", "title": "心理健康读本", "copies": 120},),
    "meetings": (
        {"day": "2019-09-30", "sort": "meeting", "subject": "第三季度工作例会", "people": 8},
        {"day": "2019-12-30", "sort": "meeting", "subject": "全年工作总结", "people": 10},
    ),
}


def remember(session: Session, room: Room) -> None:
    """Write what one site received, handed out and counted at its desk in 2019, and with whom it worked."""
    edition_id = room.place.edition_id
    rows = []
    kept = {"visitors": _visits(), "leaflets": _leaflets(), "front_desk": _walk_ins(), "partners": _partners()}
    known = definitions.every(session, edition_id, definitions.SITE)
    for code, found in (kept | OF_THE_SITE).items():
        if (register := known.get(code)) is None:
            leave_out(session, edition_id, code)
            continue
        for number, said in enumerate(found, start=1):
            read = reading.check(register, {"items": said})
            assert read.ok, read.errors
            day = date.fromisoformat(said[register.dated])
            about = {"tenant_id": room.place.id, "id": uuid7(), "register": code, "number": number, "day": day}
            by = {"created_by": room.second.account_id, "created_at": room.at(day, 17), "version": 1}
            rows.append({**about, **by, "edition_id": edition_id, "answers": read.answers})
    write(session, RegisterEntry, rows)


def report(databases: Databases, actor: Actor) -> None:
    """Enter what the institution keeps, once."""
    assert actor.institution_id is not None
    kept = entry_store.of_institution(actor.institution_id)
    with databases.session(Login.OVERSIGHT) as session:
        if session.scalar(select(func.count()).select_from(InstitutionEntry).where(kept.mine)):
            return
        edition_id = standards.newest(session)
        known = definitions.every(session, edition_id, definitions.INSTITUTION)
        for code, items, rows in INSTITUTION:
            if (register := known.get(code)) is None:
                leave_out(session, edition_id, code)
                continue
            read = reading.check(register, {"items": items, "rows": rows})
            assert read.ok, read.errors
            entries.add(session, actor, kept, register, read.answers, edition_id)


def _visits() -> Iterator[dict[str, Any]]:
    for place in range(VISITS):
        day = date(PAST, place % 12 + 1, place // 12 + 1)
        about = {"unit": f"来访单位{place + 1}", "rank": "township", "people": 6, "purpose": "study"}
        yield {"visited_on": day.isoformat(), **about}


def _partners() -> Iterator[dict[str, Any]]:
    for name, role, actor, linked in PARTNERS:
        yield {"since": date(PAST, 1, 10).isoformat(), "name": name, "role": role, "actor": actor, "linked": linked}


def _leaflets() -> Iterator[dict[str, Any]]:
    for month in range(1, 13):
        about = {"material": "心理健康折页", "form": "leaflet", "copies": LEAFLETS // 12, "estimated": True}
        yield {"handed_on": date(PAST, month, 20).isoformat(), **about}


def _walk_ins() -> Iterator[dict[str, Any]]:
    for purpose, people in WALK_INS.items():
        for month in range(1, 13):
            came = people // 12 + (month <= people % 12)
            yield {"day": date(PAST, month, 25).isoformat(), "purpose": purpose, "people": came}
