"""Who an invitation is for: a new person, somebody who is known, or nobody because something is somebody else's.

One rule for every page, sheet and program; who is told how much depends on whose word it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from uuid import UUID

from huakai_platform.identity.known import Held, Known, Present, Somebody
from huakai_platform.identity.naming import Person
from huakai_platform.kernel import clock
from huakai_platform.kernel.errors import Invalid
from huakai_platform.kernel.i18n import Message, _


class Word(Enum):
    """Whose word brings somebody in."""

    INSTITUTION = auto()
    """Knows a person again, and is told plainly what is whose."""
    REGISTER = auto()
    """The institution's, carried out by a job: nobody is asked back, what is somebody else's stays with them."""
    HEAD = auto()
    """Of one room: makes a new person, and is told what the room's own list shows, never what is whose elsewhere."""


class Taken(Invalid):
    """Something is somebody else's; `holder` is their account where whoever asks may open it."""

    def __init__(self, field: str, said: Message, holder: UUID | None = None) -> None:
        super().__init__(said, {field: [said]})
        self.holder = holder


@dataclass(frozen=True)
class Asked:
    """One person with what is looked up of them; `mark` is the keyed hash of name and number."""

    person: Person
    phone: bytes | None = None
    email: str | None = None
    mark: bytes | None = None
    hint: str | None = None
    """The number as lists show it."""


@dataclass(frozen=True)
class Place:
    """Where somebody is invited to, and who is there."""

    institution_id: UUID
    site_id: UUID | None = None
    present: tuple[Present, ...] = ()


@dataclass(frozen=True)
class Decision:
    """`who` is known and gets the role, or has it as `there`; without, an account is made with what is free."""

    who: Somebody | None = None
    there: Held | None = None
    phone: bytes | None = None
    email: str | None = None
    mark: bytes | None = None
    freed: tuple[Somebody, ...] = ()


def decide(asked: Asked, word: Word, place: Place, known: Known) -> Decision:
    """Raises Taken. Nobody is known by what they or a room's head typed, only by the institution's own word."""
    who = _known(asked, word, place, known)
    if there := _holder(asked, word, place, who):
        return Decision(there.who, there.held)
    if who:
        return _joined(asked.person, word, place, who)
    if asked.person.login_name in known.logins:
        raise Taken("login_name", _("这个账号名已被使用"))
    if word is Word.HEAD:
        _refuse_shown(asked, place)
    phone = _free("phone", known.phones.get(asked.phone or b""), word, place)
    email = _free("email", known.emails.get(asked.email or ""), word, place)
    return Decision(
        phone=asked.phone if phone.free else None,
        email=asked.email if email.free else None,
        mark=asked.mark if word is not Word.HEAD and asked.mark not in known.marks else None,
        freed=tuple({one.account_id: one for one in (phone.former, email.former) if one}.values()),
    )


def refuse_held(holder: Present) -> Taken:
    """What whoever wants to give a post is told that somebody holds."""
    held, about = holder.held, {"post": holder.held.post, "name": holder.who.name}
    said = _("{post} 岗现由{name}担任", **about)
    if held.valid_until:
        said = _("{post} 岗由{name}担任，至 {day}", day=held.valid_until.isoformat(), **about)
    elif held.valid_from and held.valid_from > clock.today():
        said = _("{post} 岗由{name}担任，自 {day} 起", day=held.valid_from.isoformat(), **about)
    return Taken("post", said, held.account_id)


def holder_of(post: str | None, begins: date | None, ends: date | None, present: Iterable[Present]) -> Present | None:
    """Who holds a post on any day of these dates."""
    if post is None:
        return None
    return next((one for one in present if one.held.post == post and one.held.meets(begins, ends)), None)


def _known(asked: Asked, word: Word, place: Place, known: Known) -> Somebody | None:
    who = known.marks.get(asked.mark) if asked.mark and word is not Word.HEAD else None
    if who is None or not who.disabled:
        return who
    if who.of(place.institution_id):
        said = _("{name}的账号 {login} 已停用，请先启用", name=who.name, login=who.login_name)
        raise Taken("phone", said, who.account_id)
    return None


def _holder(asked: Asked, word: Word, place: Place, who: Somebody | None) -> Present | None:
    """The holder by whom a repeated opening finds its own work; raises Taken for anybody else's post."""
    person = asked.person
    found = holder_of(person.post, person.valid_from, person.valid_until, place.present)
    if found is None:
        return None
    same = found.who.account_id == who.account_id if who else found.who.name == person.name
    if word is Word.REGISTER and same:
        return found
    raise refuse_held(found)


def _joined(person: Person, word: Word, place: Place, who: Somebody) -> Decision:
    scope = (person.role.value, place.site_id, person.region_code)
    dates = (person.valid_from, person.valid_until)
    twins = (one for one in who.roles if (one.role, one.site_id, one.region_code) == scope and one.meets(*dates))
    twin = next(twins, None)
    if twin and word is not Word.REGISTER:
        raise Taken("role", _("{name}({login})已有这个身份", name=who.name, login=who.login_name), who.account_id)
    return Decision(who, twin)


@dataclass(frozen=True)
class _Claim:
    free: bool
    former: Somebody | None = None


def _free(field: str, holder: Somebody | None, word: Word, place: Place) -> _Claim:
    """Whether a number or address can be the new person's; the institution takes it from who has no role any more."""
    if holder is None:
        return _Claim(True)
    if not holder.lasts:
        return _Claim(True, holder) if word is Word.INSTITUTION else _Claim(False)
    if word is Word.INSTITUTION:
        raise _of_another(field, holder, place)
    return _Claim(False)


def _of_another(field: str, holder: Somebody, place: Place) -> Taken:
    about = {"name": holder.name, "login": holder.login_name}
    if not holder.of(place.institution_id):
        return Taken(
            field,
            _("这个手机号由其他机构的人员使用，请留空或换一个")
            if field == "phone"
            else _("这个邮箱由其他机构的人员使用，请留空或换一个"),
        )
    said = (
        _("这个手机号是{name}({login})登录用的。若是同一人，请在其账号上添加身份；否则请留空或换一个", **about)
        if field == "phone"
        else _("这个邮箱是{name}({login})登录用的。若是同一人，请在其账号上添加身份；否则请留空或换一个", **about)
    )
    return Taken(field, said, holder.account_id)


def _refuse_shown(asked: Asked, place: Place) -> None:
    """Refuse a number that the room's list shows already, be it kept or not: whose it really is has no say in this."""
    shown = (one for one in place.present if one.held.lasts and asked.hint and one.who.phone_hint == asked.hint)
    if found := next(shown, None):
        said = _(
            "团队里{name}的手机号也是 {hint}。若是同一人，请在“团队里已有的人”中选择；若不是，请留空，由本人登录后填写",
            name=found.who.name,
            hint=asked.hint,
        )
        raise Taken("phone", said, found.held.account_id)
