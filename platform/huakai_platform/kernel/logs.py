"""Structured logs: JSON for machines, colours on a terminal, and in neither what somebody typed."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

Event = MutableMapping[str, Any]

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
LONGEST = 2_000
NEVER = frozenset({"path", "body", "form", "query", "args", "password", "token", "cookie"})
DEPTH = 12


def configure(*, pretty: bool | None = None, level: int = logging.INFO) -> None:
    """Send every log line to standard error; `pretty` is for a person's terminal and decided by it."""
    pretty = sys.stderr.isatty() if pretty is None else pretty
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer()] if pretty else [structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    guards: list[Any] = [fault, withhold, escape]
    structlog.configure(
        processors=[*shared, *guards, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *guards, *last],
        )
    )
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.WARNING


def fault(_logger: Any, _method: str, event: Event) -> Event:
    """Replace an exception by its kind, its SQLSTATE and where it was raised: its text may hold values."""
    error = event.pop("exc_info", None)
    error = sys.exc_info()[1] if error is True else error[1] if isinstance(error, tuple) else error
    if isinstance(error, BaseException):
        event["kind"] = type(error).__name__
        if state := getattr(getattr(error, "orig", error), "sqlstate", None):
            event["sqlstate"] = state
        frames = traceback.extract_tb(error.__traceback__)[-DEPTH:]
        event["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def withhold(_logger: Any, _method: str, event: Event) -> Event:
    """Drop what may carry a secret or what somebody typed, whoever put it there."""
    for name in NEVER & event.keys():
        del event[name]
    return event


def escape(_logger: Any, _method: str, event: Event) -> Event:
    """Show line breaks and invisible characters as what they are, so that no value can forge a line."""
    return {name: _safe(value) for name, value in event.items()}


def _safe(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_safe(one) for one in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", str(value)[:LONGEST])
