"""The dry run: row by row new, already there, an error, or perhaps a site we know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from huakai_platform.kernel.i18n import _
from huakai_platform.onboarding.register import places, twins
from huakai_platform.onboarding.register.fields import Field
from huakai_platform.onboarding.register.lookups import Lookups, SiteRef, alike, site_key, township_of
from huakai_platform.onboarding.register.rows import Problem, RegisterRow
from huakai_platform.onboarding.register.twins import Known, Twin

SHORTEST_REASON = 5


class State(StrEnum):
    NEW = "new"
    PRESENT = "present"
    ERROR = "error"
    POSSIBLE_DUPLICATE = "possible_duplicate"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a row; `reason` is set when a person let a possible duplicate in."""

    row: int
    state: State
    problems: tuple[Problem, ...] = ()
    duplicates_of: tuple[Twin, ...] = ()
    site_key: str | None = None
    township_code: str | None = None
    site: SiteRef | None = None
    reason: str | None = None


def check(
    rows: Sequence[RegisterRow], lookups: Lookups, today: date, *, reasons: Mapping[int, str] | None = None
) -> list[Verdict]:
    """Judge every row against itself, the region tree, the other rows and the sites that are there.

    `reasons` (row number → why) lets possible duplicates in; a row that is there already is never a duplicate.
    """
    regions = places.regions_of(rows, lookups)
    keys = {row.number: key for row in rows if (key := key_of(row))}
    there = lookups.sites_by_key(frozenset(keys.values()))
    townships = {row.number: township_of(row.region_code, regions) for row in rows if row.region_code}
    known = Known()
    for site in lookups.sites_in_townships(frozenset(townships.values())):
        known.add_site(site)
    first: dict[str, int] = {}
    verdicts = []
    for row in rows:
        key, township = keys.get(row.number), townships.get(row.number)
        problems = (*row.problems, *_own(row, today), *places.problems(row, regions), *_repeated(row, key, first))
        verdict = Verdict(row.number, State.NEW, problems, site_key=key, township_code=township)
        verdicts.append(_judge(row, verdict, there, known, (reasons or {}).get(row.number)))
        if township and verdicts[-1].state in (State.NEW, State.POSSIBLE_DUPLICATE):
            known.add_row(row, township)
    return verdicts


def key_of(row: RegisterRow) -> str | None:
    """The row's natural key, when enough of it could be read."""
    if row.region_code and row.kind and row.name:
        return site_key(row.region_code, row.kind, row.name)
    return None


def _judge(
    row: RegisterRow, verdict: Verdict, there: Mapping[str, SiteRef], known: Known, reason: str | None
) -> Verdict:
    if any(problem.severity == "error" for problem in verdict.problems):
        return replace(verdict, state=State.ERROR)
    if site := there.get(verdict.site_key or ""):
        return replace(verdict, state=State.PRESENT, site=site)
    found = known.twins(row, verdict.township_code or "")
    return _doubted(row, verdict, found, (reason or "").strip()) if found else verdict


def _doubted(row: RegisterRow, verdict: Verdict, found: tuple[Twin, ...], reason: str) -> Verdict:
    problems = (*verdict.problems, *twins.problems(row, found))
    verdict = replace(verdict, problems=problems, duplicates_of=found)
    if len(reason) >= SHORTEST_REASON:
        return replace(verdict, reason=reason)
    if reason:
        message = _("理由至少 {count} 个字，请说明为什么是另一个站点。", count=SHORTEST_REASON)
        problems = (*problems, row.problem(Field.NAME, "reason_too_short", message, "duplicate"))
    return replace(verdict, state=State.POSSIBLE_DUPLICATE, problems=problems)


def _own(row: RegisterRow, today: date) -> list[Problem]:
    """What the row contradicts by itself."""
    found = []
    if row.operating_since and row.operating_since > today:
        message = _("开始运营日期 {day} 晚于今天，请核对。", day=row.operating_since.isoformat())
        found.append(row.problem(Field.OPERATING_SINCE, "date_future", message))
    if row.a_name and alike(row.a_name) == alike(row.b_name):
        message = _("A角和B角是同一人“{name}”，请换一人担任其中一角。", name=row.a_name)
        found.append(row.problem(Field.B_NAME, "same_person", message))
    elif row.a_phone and row.a_phone == row.b_phone:
        message = _("A角和B角的电话相同({phone}),请填写各自的电话。", phone=row.a_phone)
        found.append(row.problem(Field.B_PHONE, "same_phone", message))
    return found


def _repeated(row: RegisterRow, key: str | None, first: dict[str, int]) -> list[Problem]:
    if key is None or first.setdefault(key, row.number) == row.number:
        return []
    message = _("与第 {row} 行是同一个站点，请删除其中一行。", row=first[key])
    return [row.problem(Field.NAME, "row_repeated", message)]
