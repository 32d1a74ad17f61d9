"""Why something failed, in words that carry no value of anybody's."""

from collections.abc import Iterator

from rq.exceptions import StopRequested
from rq.timeouts import BaseTimeoutException
from sqlalchemy.exc import DBAPIError

from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import Message, _, listed

MOST_NAMED = 5
QUIET = frozenset({"25P03", "25P04"})
"""How PostgreSQL ends a transaction that was idle, or open, for too long."""
FAILURES = (Exception, SystemExit)
"""What may come out of a job that failed; whoever catches these lets pass what is `nobodys`."""


class Stopped(SystemExit):
    """The worker was told to stop at once."""


class Failed(HuakaiError):
    """Part of the work was not done, and is named; all the rest was."""


def describe(error: BaseException) -> str:
    """The reason without any value: our own message, an SQLSTATE with its constraint, or the kind of error."""
    kind = type(error).__name__
    if isinstance(error, Failed):
        return error.message
    if isinstance(error, HuakaiError):
        return Message("{kind}: {reason}", kind=kind, reason=error.message)
    if isinstance(error, DBAPIError):
        state = _state(error)
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        return " ".join(filter(None, (kind, state, constraint)))
    return kind


def named(what: str, error: BaseException) -> Message:
    """What failed, with its reason."""
    return _("{what}：{reason}", what=what, reason=describe(error))


def together(failures: list[Message]) -> Failed:
    """Several failures as one, the first of them in words."""
    said = listed(failures[:MOST_NAMED])
    if (more := len(failures) - MOST_NAMED) > 0:
        said = _("{said}，另有 {count} 项", said=said, count=more)
    return Failed(said)


def cut_off(error: BaseException) -> bool:
    """Whether the database went away, which is nobody's failure; that it ended a transaction as too quiet is one."""
    return isinstance(error, DBAPIError) and error.connection_invalidated and _state(error) not in QUIET


def nobodys(error: BaseException) -> bool:
    """Whether it says nothing about the work at hand: the database went away, or the process is to stop."""
    return cut_off(error) or isinstance(error, Stopped | StopRequested | KeyboardInterrupt | GeneratorExit)


def out_of_time(error: BaseException) -> bool:
    """Whether the drain job's time ran out, of which RQ warns once: what is begun afterwards has no limit any more."""
    return any(isinstance(one, BaseTimeoutException) for one in _behind(error))


def spent(error: BaseException) -> bool:
    """Whether the same once more would only take the time once more: the alarm, or a transaction that was too quiet."""
    return out_of_time(error) or any(_state(one) in QUIET for one in _behind(error))


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what was at hand when it was raised: a rollback may fail too, and hide it."""
    seen: set[int] = set()
    while error and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _state(error: BaseException) -> str | None:
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
