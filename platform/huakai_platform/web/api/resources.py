"""A blueprint of API operations: each says what it asks, takes and gives, and the document is written from that."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ClassVar, Self, cast

from flask import Blueprint, Flask, request
from marshmallow import RAISE, Schema, fields

from huakai_platform.kernel.fields import Strict
from huakai_platform.web.access import View
from huakai_platform.web.api.arguments import Arguments, Asked

PREFIX = "/api/v1"


def about(text: str) -> dict[str, Any]:
    """What the document says of a field, in both languages."""
    return {"description": text}


class Shape(Schema):
    """What an answer holds; every field is there, though it may be null. It documents, it does not dump."""

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = True

    @classmethod
    def named(cls, name: str, **more: fields.Field[Any]) -> type[Self]:
        return cast(type[Self], cls.from_dict(cast(Any, more), name=name))


def operation_of(app: Flask, endpoint: str) -> dict[str, Any]:
    """What an operation of the API declares."""
    return cast(dict[str, Any], getattr(app.view_functions[endpoint], "_operation"))  # noqa: B009


class Nothing(Strict):
    """A body without content."""


class Resources(Blueprint):
    """Operations below `/api/v1`; in the room's plane below `/api/v1/room`."""

    ARGUMENTS_PARSER: ClassVar[Arguments] = Arguments()

    def __init__(self, name: str, import_name: str, about: str, *, room: bool = False) -> None:
        super().__init__(f"{name}_api", import_name, url_prefix=PREFIX + ("/room" if room else ""))
        self.label, self.about = name, about

    def operation(
        self,
        summary: str,
        description: str,
        *,
        gives: type[Schema] | None = None,
        status: int = 200,
        asks: type[Schema] = Asked,
        takes: type[Schema] | None = None,
        files: type[Schema] | None = None,
        media: str | None = None,
        versioned: bool = False,
        refuses: Iterable[int] = (),
        example: Any = None,
    ) -> Callable[[View], View]:
        """Declare an operation. The query reaches the view as `asked`, a JSON body as `given`, files as `files`.

        `versioned` operations want If-Match; `refuses` are the statuses beside those that every operation may have.
        """

        def declare(view: View) -> View:
            @wraps(view)
            def run(*args: Any, **kwargs: Any) -> Any:
                parse = self.ARGUMENTS_PARSER.parse
                asked = parse(query, request, location="query")
                if asks is not Asked:
                    kwargs["asked"] = asked
                if body is not None:
                    kwargs["given"] = parse(body, request, location="json")
                elif upload is not None:
                    kwargs["files"] = parse(upload, request, location="files")
                elif request.method not in {"GET", "HEAD"} and request.content_length:
                    parse(Nothing(), request, location="json")
                return view(*args, **kwargs)

            said: dict[str, Any] = {
                "asks": query,
                "takes": body,
                "files": upload,
                "gives": gives and gives(),
                "status": status,
            }
            said |= {"media": media, "versioned": versioned, "refuses": frozenset(refuses), "example": example}
            run._operation = said | {"summary": summary, "description": description}  # type: ignore[attr-defined]
            return cast(View, run)

        query, body, upload = asks(), takes() if takes else None, files() if files else None
        return declare
