"""Closing a site: visitors are told, and have sixty days to collect their records (domain §3.3)."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site

DAYS_TO_COLLECT = 60
YEARS_TO_KEEP = 10


def collect_until(closed_on: date) -> date:
    """The last day on which visitors may collect their records."""
    return closed_on + timedelta(days=DAYS_TO_COLLECT)


def close(session: Session, actor: Actor, site: Site, details: dict[str, Any]) -> dict[str, Any]:
    """Check that the site's code was typed, and say what the closing rule asks from now on."""
    if str(details.get("confirm", "")).strip().upper() != site.code.upper():
        raise Invalid(
            _("关闭前请核对站点。"), {"confirm": [_("请输入站点编号“{code}”以确认。", code=site.code).render()]}
        )
    today = clock.today()
    return {
        "closed_on": today.isoformat(),
        "tell_visitors_from": today.isoformat(),
        "collect_until": collect_until(today).isoformat(),
        "keep_years": YEARS_TO_KEEP,
    }
