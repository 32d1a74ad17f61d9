"""What the room's edition says of posts and certificates, and the words of the register."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from huakai_platform.kernel.i18n import Message, _
from huakai_platform.standards import service as standards
from huakai_platform.standards.pinned import pinned
from huakai_tenants.variations import applying

EMPLOYMENTS: dict[str, Message] = {
    "full_time": _("专职"),
    "part_time": _("兼职"),
    "seconded": _("派驻"),
    "volunteer": _("志愿者"),
}
AB: dict[str, Message] = {"A": _("A角"), "B": _("B角")}
Words = Mapping[str, str]


@dataclass(frozen=True)
class Post:
    """A post; `wanted` says that a room of this tier must fill it, `ab` that it has an A and a B."""

    code: str
    title: Words
    ab: bool
    wanted: bool
    certificates: frozenset[str]


@dataclass(frozen=True)
class Certificate:
    code: str
    title: Words
    issuer: Words


@dataclass(frozen=True)
class Plan:
    """The posts and certificates by code, and after how many months a background check is repeated."""

    posts: Mapping[str, Post]
    certificates: Mapping[str, Certificate]
    check_months: int


def plan(session: Session) -> Plan:
    """What the room is held to; raises NotFound where it has no edition."""
    here = pinned(session)
    edition_id, tier = here.edition_id, here.tier
    body = standards.body(session, edition_id, "posts")
    certificates = standards.body(session, edition_id, "certificates")["certificates"]
    own = applying.names(session, "posts")
    months = next((rule["months"] for rule in body["rules"] if rule["code"] == "background"), 12)
    return Plan(
        {
            one["code"]: Post(
                one["code"],
                own.get(one["code"], one["title"]),
                one["ab"],
                tier in one["number"],
                frozenset(one["certificates"]),
            )
            for one in body["posts"]
        },
        {one["code"]: Certificate(one["code"], one["title"], one["issuer"]) for one in certificates},
        months,
    )
