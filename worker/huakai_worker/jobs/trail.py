"""The heads of the trails: each tenant reports its own daily, the platform signs all of a day and sends them out."""

from datetime import date

from sqlalchemy.orm import Session

from huakai_platform.kernel import clock, outbox
from huakai_platform.kernel.events import HeadsDue
from huakai_platform.trail import heads
from huakai_worker.scope import Work


def report_head(work: Work, *, day: str) -> None:
    """Tell the platform where the chain of a site stands."""
    heads.report(work.session, date.fromisoformat(day))


def sign_heads(work: Work, *, day: str) -> None:
    """Report the platform's own head, then sign all that were reported on the day into a file outside the database."""
    heads.report(work.session, date.fromisoformat(day))
    heads.sign(work.session, work.settings, date.fromisoformat(day))


def ask_for_heads(session: Session) -> None:
    """The clock's deed early in the morning, when the rooms have reported."""
    day = clock.today().isoformat()
    outbox.publish(session, HeadsDue(day), dedup=f"heads:{day}")
