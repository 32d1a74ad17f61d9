"""What the repetition of a write is answered with where its resource is not read again."""

from flask import Response
from marshmallow import Schema, fields

from huakai_platform.kernel.i18n import _
from huakai_platform.web.api.answers import dumped, nothing, said

TYPE = "application/vnd.huakai.already-done+json"
"""Its own media type, so that nobody takes it for the resource."""


class AlreadyDone(Schema):
    """The write was done when it came first; it was not done again."""

    detail = fields.String(required=True)


def done(status: int) -> Response:
    """The first answer's status, and that it is done."""
    if status == 204:
        return nothing()
    return Response(dumped({"detail": said(_("这次提交此前已经完成，没有再做一次。"))}), status, content_type=TYPE)
