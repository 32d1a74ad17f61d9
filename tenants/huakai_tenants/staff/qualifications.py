"""The certificates that a member holds: written down, checked by somebody else, taken away."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, select, true
from sqlalchemy.orm import Session

from huakai_platform.identity.models import Account
from huakai_platform.kernel import audit, clock, outbox
from huakai_platform.kernel.access import Actor
from huakai_platform.kernel.errors import Conflict, Invalid, NotFound
from huakai_platform.kernel.events import NumbersChanged
from huakai_platform.kernel.i18n import _
from huakai_platform.kernel.ids import uuid7
from huakai_tenants.staff import files, posts, service
from huakai_tenants.staff.models import Qualification, StaffFile, StaffMember

FIELDS = ("kind", "certificate_number", "issued_on", "expires_on")
"""What a form or a program may say of a certificate."""


def of(session: Session, member_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """A member's certificates, the newest first, with who checked each."""
    return session.execute(
        select(
            Qualification.id,
            Qualification.kind,
            Qualification.certificate_number,
            Qualification.issued_on,
            Qualification.expires_on,
            Qualification.verified_on,
            Account.name.label("verified_by"),
        )
        .outerjoin(Account, Account.id == Qualification.verified_by)
        .where(Qualification.member_id == member_id)
        .order_by(Qualification.issued_on.desc().nulls_last(), Qualification.id)
    ).all()


def unordered_query(member_id: UUID) -> Select[*tuple[Any, ...]]:
    """A member's certificates in no order, for a list that goes on by key."""
    return select(*(getattr(Qualification, name) for name in ("id", *FIELDS, "verified_on"))).where(
        Qualification.member_id == member_id
    )


def version(row: Qualification) -> str:
    """Names what the certificate says now; another one says that it was changed."""
    said = [str(getattr(row, name)) for name in (*FIELDS, "verified_on")]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def add(session: Session, actor: Actor, member_id: UUID, values: Mapping[str, Any]) -> UUID:
    """Write a certificate of the edition's list down, not checked yet. Raises Invalid."""
    service.get(session, member_id, lock=True)
    kind, number = values["kind"], values["certificate_number"]
    issued, expires = values.get("issued_on"), values.get("expires_on")
    _check(session, member_id, values)
    row = Qualification(
        id=uuid7(),
        member_id=member_id,
        kind=kind,
        certificate_number=number,
        issued_on=issued,
        expires_on=expires,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    _counted(session)
    audit.record(session, actor, "qualifications.added", "qualification", row.id, kind=kind)
    return row.id


def change(
    session: Session, actor: Actor, qualification_id: UUID, values: Mapping[str, Any], *, seen: str
) -> Qualification:
    """Change what a certificate says; it has to be checked again. Raises Invalid, or Conflict when `seen` is old."""
    row = get(session, qualification_id)
    given = {name: values.get(name) for name in FIELDS}
    changed = sorted(name for name in FIELDS if getattr(row, name) != given[name])
    if not changed:
        return row
    if version(row) != seen:
        raise Conflict(_("刚才有人修改过这张证书，请核对后再保存。"))
    _check(session, row.member_id, values, but=row.id)
    for name in changed:
        setattr(row, name, given[name])
    row.verified_on = row.verified_by = None
    session.flush()
    _counted(session)
    audit.record(session, actor, "qualifications.changed", "qualification", row.id, fields=changed)
    return row


def verify(session: Session, actor: Actor, qualification_id: UUID) -> UUID:
    """Say that one has seen the certificate; nobody checks their own. Gives the member."""
    row = get(session, qualification_id)
    holder = session.scalar(select(StaffMember.account_id).where(StaffMember.id == row.member_id))
    if holder == actor.account_id:
        raise Conflict(_("证书须由本人以外的人核验。"))
    if row.verified_on is None:
        row.verified_on, row.verified_by = clock.today(), actor.account_id
        session.flush()
        _counted(session)
        audit.record(session, actor, "qualifications.verified", "qualification", row.id)
    return row.member_id


def remove(session: Session, actor: Actor, qualification_id: UUID) -> UUID:
    """Take a certificate away that was written down wrongly, its scans with it. Gives the member."""
    row = get(session, qualification_id)
    member_id, kind = row.member_id, row.kind
    session.execute(
        delete(StaffFile).where(StaffFile.kind == files.QUALIFICATION, StaffFile.proves == qualification_id)
    )
    session.delete(row)
    session.flush()
    _counted(session)
    audit.record(session, actor, "qualifications.removed", "qualification", qualification_id, kind=kind)
    return member_id


def get(session: Session, qualification_id: UUID) -> Qualification:
    """A certificate of this room, locked. Raises NotFound."""
    row = session.scalar(select(Qualification).where(Qualification.id == qualification_id).with_for_update())
    if row is None:
        raise NotFound(_("没有这张证书。"))
    return row


def _check(session: Session, member_id: UUID, values: Mapping[str, Any], *, but: UUID | None = None) -> None:
    """Hold a certificate against the edition's list and the holder's other ones; raises Invalid."""
    wrong: dict[str, list[str]] = {}
    issued, expires = values.get("issued_on"), values.get("expires_on")
    if values["kind"] not in posts.plan(session).certificates:
        wrong["kind"] = [_("请从列出的选项中选择")]
    if issued and issued > clock.today():
        wrong["issued_on"] = [_("不能晚于今天")]
    if issued and expires and expires < issued:
        wrong["expires_on"] = [_("不能早于发证日期")]
    same = select(Qualification.id).where(
        Qualification.member_id == member_id,
        Qualification.kind == values["kind"],
        Qualification.certificate_number == values["certificate_number"],
        Qualification.id != but if but else true(),
    )
    if session.scalar(same):
        wrong["certificate_number"] = [_("这张证书已经登记")]
    if wrong:
        raise Invalid(_("填写的内容有误。"), wrong)


def _counted(session: Session) -> None:
    outbox.publish(session, NumbersChanged(clock.month(clock.today()).isoformat()))
