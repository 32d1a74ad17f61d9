"""Every event is answered, and by a job that the worker can find."""

import inspect
from dataclasses import fields, is_dataclass
from uuid import UUID

import pytest

from huakai_platform.kernel.events import EVENTS, Event
from huakai_worker import routes


def test_every_event_has_a_route_and_every_route_an_event() -> None:
    assert set(routes.ROUTES) == set(EVENTS)
    assert all(routes.ROUTES[event] for event in EVENTS)
    assert set(routes.DEAD_LETTER_HANDLERS) <= set(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_carries_identifiers_and_figures_never_content(event: type[Event]) -> None:
    assert is_dataclass(event)
    allowed = {UUID, "UUID", "str", "int", str, int, "date", "UUID | None", UUID | None}
    assert {field.type for field in fields(event)} <= allowed


@pytest.mark.parametrize("event", EVENTS)
def test_a_job_takes_what_its_event_carries(event: type[Event]) -> None:
    for job in (*routes.ROUTES[event], *filter(None, [routes.DEAD_LETTER_HANDLERS.get(event)])):
        assert job.__module__.startswith("huakai_worker.jobs.")
        inspect.signature(job).bind(None, **dict.fromkeys(field.name for field in fields(event)))
