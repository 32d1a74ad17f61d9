"""The page of routes holds: every event is heard, by jobs that take what it carries."""

import inspect
from dataclasses import fields
from pathlib import Path

import huakai_worker.jobs
from huakai_platform.kernel.events import EVENTS, InvitationIssued
from huakai_platform.operations.words import TOPICS
from huakai_worker import routes

MAIL = Path(huakai_worker.jobs.__file__).with_name("mail.py")


def test_every_event_is_heard() -> None:
    unheard = set(EVENTS) - set(routes.ROUTES)

    assert unheard <= (set() if MAIL.exists() else {InvitationIssued})


def test_every_job_takes_what_its_event_carries() -> None:
    pairs = [(event, job) for event, jobs in routes.ROUTES.items() for job in jobs] + list(
        routes.DEAD_LETTER_HANDLERS.items()
    )

    for event, job in pairs:
        inspect.signature(job).bind(None, **dict.fromkeys((field.name for field in fields(event)), ""))


def test_every_event_has_a_name_for_people() -> None:
    assert set(TOPICS) == {event.__name__ for event in EVENTS}
