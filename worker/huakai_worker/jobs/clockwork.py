"""What the clock could not do at its time: tried again like all other work, and given up with its reason."""

from huakai_worker import schedules
from huakai_worker.reasons import Failed, named, nobodys
from huakai_worker.scope import Work


def again(work: Work, *, name: str) -> None:
    """Do a schedule's deed once more; one that is no longer on the page has nothing to do. Raises Failed."""
    schedule = schedules.find(name)
    if schedule is None:
        return
    try:
        with work.session.begin_nested():
            schedule.deed(work.session)
    except Exception as error:
        if nobodys(error):
            raise
        raise Failed(named(schedule.label, error)) from error
