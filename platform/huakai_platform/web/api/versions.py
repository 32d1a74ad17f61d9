"""Nobody overwrites what they have not seen: If-Match with the ETag that was read."""

from flask import request

from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _


class PreconditionRequired(HuakaiError):
    """A write that must say which version it is about."""

    status = 428


class PreconditionFailed(HuakaiError):
    """The thing is not the one that was read."""

    status = 412


def expect(version: object) -> None:
    """Let a write on only if its If-Match names this version. Raises PreconditionRequired or PreconditionFailed."""
    if not request.headers.get("If-Match"):
        raise PreconditionRequired(_("请在 If-Match 中给出您读到的版本（ETag）。"))
    if not request.if_match.contains(str(version)):
        raise PreconditionFailed(_("内容已被修改，请重新读取后再改。"))
