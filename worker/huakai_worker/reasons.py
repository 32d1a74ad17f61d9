"""Why something failed, in words that carry no value of anybody's."""

from sqlalchemy.exc import DBAPIError

from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import Message, _, listed

MOST_NAMED = 5


class Failed(HuakaiError):
    """Part of the work was not done, and is named; all the rest was."""


def describe(error: Exception) -> str:
    """The reason without any value: our own message, an SQLSTATE with its constraint, or the kind of error."""
    kind = type(error).__name__
    if isinstance(error, Failed):
        return error.message
    if isinstance(error, HuakaiError):
        return Message("{kind}: {reason}", kind=kind, reason=error.message)
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        return " ".join(filter(None, (kind, state, constraint)))
    return kind


def named(what: str, error: Exception) -> Message:
    """What failed, with its reason."""
    return _("{what}：{reason}", what=what, reason=describe(error))


def together(failures: list[Message]) -> Failed:
    """Several failures as one, the first of them in words."""
    said = listed(failures[:MOST_NAMED])
    if (more := len(failures) - MOST_NAMED) > 0:
        said = _("{said}，另有 {count} 项", said=said, count=more)
    return Failed(said)


def cut_off(error: Exception) -> bool:
    """Whether the database went away, which is nobody's failure."""
    return isinstance(error, DBAPIError) and error.connection_invalidated
