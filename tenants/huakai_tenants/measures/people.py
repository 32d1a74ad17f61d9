"""Posts, certificates and background checks of a room's staff, as they were at the end of a day.

A member goes by number and post, never by name: from above one sees whether the standard is kept, not by whom.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from huakai_platform.kernel import clock
from huakai_platform.standards import service as standards
from huakai_platform.standards.measured import Evidence, Measured
from huakai_platform.standards.pinned import Pinned
from huakai_tenants.staff.models import Qualification, StaffMember

Found = Row[*tuple[Any, ...]]
Member = Found


def present(session: Session, day: date) -> Sequence[Member]:
    """Who is in service on a day; the day of leaving is no longer one."""
    return session.execute(
        select(
            StaffMember.id,
            StaffMember.number,
            StaffMember.post,
            StaffMember.ab,
            StaffMember.joined_on,
            StaffMember.background_checked_on,
        )
        .where(StaffMember.joined_on <= day, or_(StaffMember.left_on.is_(None), StaffMember.left_on > day))
        .order_by(StaffMember.number)
    ).all()


def posts(session: Session, room: Pinned, members: Sequence[Member]) -> Measured:
    """`posts_share`: of every post of the tier an A and a B, of one without these roles as many as it takes."""
    rows = tuple(
        row
        for post in standards.body(session, room.edition_id, "posts")["posts"]
        for row in _places(post, room, members)
    )
    if not rows:
        return Measured("posts_share", missing="not_prescribed")
    return Measured("posts_share", Decimal(sum(one.met for one in rows)), Decimal(len(rows)), evidence=rows)


def certified(
    session: Session,
    room: Pinned,
    members: Sequence[Member],
    day: date,
    held: Mapping[Any, Sequence[Found]] | None = None,
) -> Measured:
    """`certified_share`: of those in counselling posts, who holds a certificate of the post that is in force.

    `held` are the certificates by member where they are known without reading.
    """
    counsels = {
        one["code"]
        for one in standards.body(session, room.edition_id, "certificates")["certificates"]
        if one.get("counsels")
    }
    wanted = {
        post["code"]: accepted
        for post in standards.body(session, room.edition_id, "posts")["posts"]
        if (accepted := counsels & set(post.get("certificates", ())))
    }
    concerned = [one for one in members if one.post in wanted]
    if not concerned:
        return Measured("certified_share", missing="nobody")
    held = _in_force(session, day) if held is None else held
    rows = tuple(
        _certificate(one, [row for row in held.get(one.id, ()) if row.kind in wanted[one.post]]) for one in concerned
    )
    return Measured("certified_share", Decimal(sum(one.met for one in rows)), Decimal(len(rows)), evidence=rows)


def background(session: Session, room: Pinned, members: Sequence[Member], day: date) -> Measured:
    """`background_share`. Only the last check is kept, so that a day before it cannot be said."""
    if not members:
        return Measured("background_share", missing="nobody")
    if any(one.background_checked_on and one.background_checked_on > day for one in members):
        return Measured("background_share", missing="replaced_since")
    months = background_months(session, room)
    rows = tuple(
        Evidence(
            "member",
            str(one.id),
            one.background_checked_on,
            checked(one, day, months),
            {"number": one.number, "post": one.post},
        )
        for one in members
    )
    return Measured("background_share", Decimal(sum(one.met for one in rows)), Decimal(len(rows)), evidence=rows)


def background_months(session: Session, room: Pinned) -> int:
    rules = standards.body(session, room.edition_id, "posts")["rules"]
    return next((int(one["months"]) for one in rules if one["code"] == "background" and "months" in one), 12)


def checked(member: Member, day: date, months: int) -> bool:
    """Whether the last background check was made by the day and is not too old on it."""
    on: date | None = member.background_checked_on
    return on is not None and on <= day <= clock.months_on(on, months)


def _places(post: Mapping[str, Any], room: Pinned, members: Sequence[Member]) -> Iterator[Evidence]:
    needed = int(post["number"].get(room.tier, 0))
    mine = [one for one in members if one.post == post["code"]]
    if not needed:
        return
    if post["ab"]:
        for role in ("A", "B"):
            yield _place(post["code"], role, [one for one in mine if one.ab == role])
        return
    for place in range(needed):
        yield _place(post["code"], str(place + 1), mine[place : place + 1])


def _place(post: str, role: str, holders: Sequence[Member]) -> Evidence:
    says = {"post": post, "role": role, "numbers": [one.number for one in holders]}
    return Evidence(
        "post", f"{post}.{role}", min((one.joined_on for one in holders), default=None), bool(holders), says
    )


def _in_force(session: Session, day: date) -> dict[Any, list[Found]]:
    rows = session.execute(
        select(
            Qualification.member_id,
            Qualification.kind,
            Qualification.issued_on,
            Qualification.expires_on,
            Qualification.verified_on,
        )
        .where(
            or_(Qualification.issued_on.is_(None), Qualification.issued_on <= day),
            or_(Qualification.expires_on.is_(None), Qualification.expires_on >= day),
        )
        .order_by(Qualification.kind, Qualification.id)
    )
    held: dict[Any, list[Found]] = {}
    for row in rows:
        held.setdefault(row.member_id, []).append(row)
    return held


def _certificate(member: Member, held: Sequence[Found]) -> Evidence:
    best = max(held, key=lambda row: row.expires_on or date.max, default=None)
    says = {
        "number": member.number,
        "post": member.post,
        "kinds": sorted({row.kind for row in held}),
        "expires": best.expires_on.isoformat() if best and best.expires_on else None,
        "verified": any(row.verified_on is not None for row in held),
    }
    return Evidence("member", str(member.id), best.issued_on if best else None, bool(held), says)
