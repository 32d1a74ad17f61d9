"""What the edition asks of the people in each post: programmes of courses, and the hours they come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.standards import service as standards

Words = Mapping[str, str]


@dataclass(frozen=True)
class Course:
    """A course of the curriculum; `test` asks for a pass, otherwise having been there is enough."""

    code: str
    title: Words
    hours: Decimal
    test: bool
    pass_mark: int


@dataclass(frozen=True)
class Programme:
    """Courses that belong together, once before service or every calendar year."""

    code: str
    title: Words
    period: str
    hours: Decimal
    courses: tuple[str, ...]


@dataclass(frozen=True)
class Curriculum:
    courses: Mapping[str, Course]
    programmes: Mapping[str, tuple[Programme, ...]]
    """By post."""


def of(session: Session, edition_id: UUID) -> Curriculum:
    """The curriculum of an edition; a post that the edition no longer knows has no programmes."""
    body = standards.body(session, edition_id, "curricula")
    courses = {one["code"]: _course(one) for one in body["courses"]}
    known = {one["code"]: _programme(one) for one in body["programmes"]}
    posts = standards.body(session, edition_id, "posts")["posts"]
    return Curriculum(
        courses, {post["code"]: tuple(known[code] for code in post["programmes"] if code in known) for post in posts}
    )


def _course(body: Mapping[str, Any]) -> Course:
    return Course(body["code"], body["title"], Decimal(str(body["hours"])), body["test"], body["pass_mark"])


def _programme(body: Mapping[str, Any]) -> Programme:
    hours = Decimal(str(body["hours"]))
    return Programme(body["code"], body["title"], body["period"], hours, tuple(body["courses"]))
