"""What a deed refuses, and the HTTP status it becomes at the edge."""

from collections.abc import Mapping, Sequence
from typing import Any


class HuakaiError(Exception):
    """A refusal with a message a person can act on."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(HuakaiError):
    """There is no such thing, or it is not yours: the two are never told apart."""

    status = 404


class Forbidden(HuakaiError):
    status = 403


class Unauthenticated(HuakaiError):
    status = 401


class Conflict(HuakaiError):
    """The thing changed meanwhile, or its state does not allow the deed."""

    status = 409


class StaleVersion(Conflict):
    """Somebody else changed the thing meanwhile; `changes` holds label, value now and value typed of each difference.

    `version` is the present one: whoever saves again with it means what they typed.
    """

    def __init__(self, message: str, version: int, changes: Sequence[tuple[Any, Any, Any]] = ()) -> None:
        super().__init__(message)
        self.version, self.changes = version, changes


class Invalid(HuakaiError):
    """Input was refused; `fields` maps each field to its messages."""

    status = 422

    def __init__(self, message: str, fields: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = {name: list(messages) for name, messages in (fields or {}).items()}


class FileRefused(Invalid):
    """An uploaded file could not be read safely."""


class TooMany(HuakaiError):
    """Asked too often; try again after `retry_after` seconds."""

    status = 429

    def __init__(self, message: str, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(HuakaiError):
    """A server that is needed does not answer now; trying again is safe."""

    status = 503
