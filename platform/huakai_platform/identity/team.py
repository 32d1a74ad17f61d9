"""What a head brings into the own room: a new person, or another role of somebody who is in the team."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from huakai_platform.identity import invitations, listing, memberships
from huakai_platform.identity.deciding import Word
from huakai_platform.identity.memberships import Scope
from huakai_platform.kernel.access import Actor, Role
from huakai_platform.kernel.errors import Conflict, Forbidden, Invalid
from huakai_platform.kernel.i18n import _


@dataclass(frozen=True)
class Added:
    """Who came into the team; the same for a new person whether or not others have the number or address typed."""

    account_id: UUID
    membership_id: UUID
    name: str
    needs_link: bool
    invitation_id: UUID | None = None
    namesakes: bool = False
    """Whether somebody else of the team bears the same name."""


def add(session: Session, actor: Actor, given: Mapping[str, Any], *, lookup_key: bytes) -> Added:
    """Invite a new person, or give the role to the member named by `account_id`.

    Raises Invalid for what the head can mend, which tells of the own room only.
    """
    scope = Scope(Role(given["role"]), actor.site_id, post=given["post"], valid_until=given["valid_until"])
    memberships.refuse_beyond(actor, scope)
    if actor.institution_id is None:
        raise Conflict(_("您的身份不属于任何机构。"))
    here = listing.team(session, actor)
    if given["account_id"]:
        return _another_role(session, actor, given, scope, here)
    if not given["name"]:
        raise Invalid(_("填写的内容有误。"), {"name": [_("必填")]})
    told = {name: given[name] for name in ("name", "phone", "email")}
    place = {"institution_id": actor.institution_id, "lookup_key": lookup_key, **vars(scope)}
    invited = invitations.invite(session, actor, word=Word.HEAD, **told, **place)
    namesakes = any(entry.name == given["name"] for entry in here)
    return Added(invited.account_id, invited.membership_id, given["name"], True, invited.invitation_id, namesakes)


def _another_role(
    session: Session, actor: Actor, given: Mapping[str, Any], scope: Scope, here: list[listing.Entry]
) -> Added:
    """The number, address and name of somebody who is there are not touched, so none may be typed."""
    if typed := [name for name in ("name", "phone", "email") if given[name]]:
        said = _("选择了团队里已有的人时请留空")
        raise Invalid(_("填写的内容有误。"), {name: [said] for name in typed})
    entry = next((one for one in here if one.id == given["account_id"]), None)
    if entry is None:
        raise Invalid(_("填写的内容有误。"), {"account_id": [_("此人不在本站点的团队中")]})
    if entry.id == actor.account_id:
        raise Forbidden(_("不能给自己添加身份。"))
    if entry.state == "disabled":
        raise Invalid(_("填写的内容有误。"), {"account_id": [_("此人的账号已停用，请联系上级机构管理员")]})
    membership_id = memberships.give(session, actor, entry.id, scope)
    return Added(entry.id, membership_id, entry.name, entry.state == "invited")
