"""Which sites a release is for: by region, tier, age, an earlier wave, or by hand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import Message, _, listed
from huakai_platform.kernel.sites import WORKING, Site
from huakai_platform.onboarding import reach
from huakai_platform.releases.models import ReleaseSite
from huakai_platform.standards.models import Edition

AGES: dict[str, Message] = {"young": _("不满 1 年"), "middle": _("1 至 3 年"), "old": _("超过 3 年")}
"""The three age sets of indicators (domain F111)."""
SHOWN = 5


@dataclass(frozen=True)
class Chosen:
    id: UUID
    code: str
    name: str


def find(session: Session, actor: Actor, edition: Edition, asked: Mapping[str, Any]) -> list[Chosen]:
    """The sites within reach that work by an older edition and meet every condition, in the order of their codes.

    Raises Invalid when a code given by hand is no site's.
    """
    codes = by_hand(asked.get("codes"))
    if codes and (lost := _unknown(session, actor, codes)):
        raise Invalid(_("填写的内容有误。"), {"codes": [_("没有这些站点：{codes}", codes=listed(lost[:SHOWN]))]})
    wanted = _older(edition).where(reach.within(actor), *_conditions(asked), *([Site.code.in_(codes)] if codes else []))
    return [Chosen(row.id, row.code, row.name) for row in session.execute(wanted.order_by(Site.code))]


def by_hand(given: str | None) -> list[str]:
    """Codes between commas, blanks or lines, each once."""
    return list(dict.fromkeys(re.split(r"[\s,\uff0c\u3001;\uff1b]+", given.strip()))) if given and given.strip() else []


def _older(edition: Edition) -> Select[UUID, str, str]:
    return (
        select(Site.id, Site.code, Site.name)
        .join(Edition, Edition.id == Site.edition_id)
        .where(Edition.number < edition.number, Site.state.in_(WORKING))
    )


def _conditions(asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if region := asked.get("region"):
        conditions.append(Site.ancestors.contains([region]))
    if tiers := asked.get("tiers"):
        conditions.append(Site.tier.in_(tiers))
    if age := asked.get("age"):
        conditions.append(_of_age(age, clock.today()))
    if earlier := asked.get("like"):
        release, wave = earlier.split("-")[0], int(earlier.rpartition("-")[2])
        conditions.append(
            Site.id.in_(
                select(ReleaseSite.site_id).where(ReleaseSite.release_id == UUID(release), ReleaseSite.wave == wave)
            )
        )
    return conditions


def _of_age(age: str, today: date) -> ColumnElement[bool]:
    one, three = clock.months_on(today, -12), clock.months_on(today, -36)
    since = Site.operating_since
    return {
        "young": since > one,
        "middle": and_(since <= one, since >= three),
        "old": since < three,
    }[age]


def _unknown(session: Session, actor: Actor, codes: Sequence[str]) -> list[str]:
    known = set(session.scalars(select(Site.code).where(Site.code.in_(codes), reach.within(actor))))
    return [code for code in codes if code not in known]
