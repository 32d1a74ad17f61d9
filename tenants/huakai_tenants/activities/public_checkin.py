"""Those who come tap once on a page behind a signed link of a day: they are counted, and nobody is told apart."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, tenancy
from huakai_platform.kernel.errors import Conflict, NotFound
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.sites import Site, SiteState
from huakai_tenants.activities.models import Activity

VALID_SECONDS = 12 * 60 * 60
MOST = 10_000
"""More do not come; whoever taps on does it to mislead."""


@dataclass(frozen=True)
class CheckinLink:
    """Which activity of which site a link stands for."""

    site_id: UUID
    activity_id: UUID


@dataclass(frozen=True)
class Open:
    """What those who come may see of an activity."""

    title: str
    held_on: date
    site: str


def token(secret: str, link: CheckinLink) -> str:
    """A token that opens the page of an activity for half a day."""
    return _signer(secret).dumps([link.site_id.hex, link.activity_id.hex])


def read_token(secret: str, token: str) -> CheckinLink:
    """What a token stands for. Raises NotFound for one that is not ours, or too old."""
    try:
        site_id, activity_id = _signer(secret).loads(token, max_age=VALID_SECONDS)
        return CheckinLink(UUID(site_id), UUID(activity_id))
    except (BadData, ValueError, TypeError):
        raise NotFound(_("这个签到码已经失效，请向工作人员要新的。")) from None


def look(session: Session, activity_id: UUID) -> Open:
    """The activity, on its day, of a site that is open. Raises NotFound."""
    row = session.execute(
        select(Activity.title, Activity.held_on, Site.name)
        .join(Site, Site.id == Activity.tenant_id)
        .where(
            Activity.id == activity_id,
            Activity.held_on == clock.today(),
            Activity.state != "cancelled",
            Site.id == tenancy.current(session),
            Site.state == SiteState.OPEN,
        )
    ).one_or_none()
    if row is None:
        raise NotFound(_("这个签到码已经失效，请向工作人员要新的。"))
    return Open(row.title, row.held_on, row.name)


def arrive(session: Session, activity_id: UUID) -> None:
    """One more has come. Raises NotFound, or Conflict when there are too many."""
    look(session, activity_id)
    counted = session.execute(
        update(Activity)
        .where(Activity.id == activity_id, Activity.checked_in < MOST)
        .values(checked_in=Activity.checked_in + 1)
        .returning(Activity.id)
        .execution_options(synchronize_session=False)
    )
    if counted.one_or_none() is None:
        raise Conflict(_("签到人次已达上限。"))


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="activity-arrivals")
