"""Who an invitation is for, case by case and word by word."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from huakai_platform.identity.deciding import Asked, Decision, Place, Taken, Word, decide
from huakai_platform.identity.known import Held, Known, Present, Somebody
from huakai_platform.identity.naming import Person
from huakai_platform.kernel import clock
from huakai_platform.kernel.access import Role
from huakai_platform.kernel.ids import uuid7

HERE, ELSEWHERE, OURS, THEIRS = uuid7(), uuid7(), uuid7(), uuid7()
PHONE, MARK, EMAIL = b"number", b"name and number", "li@example.org"
PERSON = Person("李心怡", Role.COUNSELLOR, phone="13800000001", email=EMAIL)
HINT = "138****0001"
ASKED = Asked(PERSON, PHONE, EMAIL, MARK, HINT)
EVERYBODY = list(Word)
TODAY = clock.today()
YESTERDAY = TODAY - timedelta(days=1)


def held(site: UUID | None = HERE, institution: UUID = OURS, role: str = "volunteer", **more: object) -> Held:
    return Held(uuid7(), uuid7(), institution, role, site, **more)  # type: ignore[arg-type]


def somebody(*roles: Held, name: str = "王建国", disabled: bool = False) -> Somebody:
    return Somebody(uuid7(), name, "wang", EMAIL, PHONE, disabled, roles=roles)


def known(who: Somebody | None = None, *, mark: bytes | None = None) -> Known:
    found = Known()
    if who:
        found.add(who, mark)
    return found


def present(name: str = "王建国", hint: str | None = None, **more: object) -> Present:
    one = held(**{"post": "A", **more})  # type: ignore[arg-type]
    return Present(one, Somebody(one.account_id, name, "wang", phone_hint=hint))


def decided(word: Word, found: Known, asked: Asked = ASKED, *there: Present) -> Decision | dict[str, list[str]]:
    """The decision, or what is said at which field."""
    try:
        return decide(asked, word, Place(OURS, HERE, there), found)
    except Taken as refused:
        return refused.fields


@pytest.mark.parametrize("word", EVERYBODY)
def test_whom_nobody_knows_gets_an_account_with_number_and_address(word: Word) -> None:
    mark = None if word is Word.HEAD else MARK

    assert decided(word, known()) == Decision(phone=PHONE, email=EMAIL, mark=mark)


OF_OTHERS = {
    "this room": (held(), "王建国(wang)"),
    "another room": (held(ELSEWHERE), "王建国(wang)"),
    "another room from next week on": (held(ELSEWHERE, valid_from=TODAY + timedelta(days=7)), "王建国(wang)"),
    "the institution": (held(None, role="auditor", valid_until=TODAY), "王建国(wang)"),
    "another institution": (held(ELSEWHERE, THEIRS), "其他机构"),
}


@pytest.mark.parametrize("where", OF_OTHERS)
@pytest.mark.parametrize("mine", [{"phone": PHONE}, {"email": EMAIL}])
def test_what_somebody_has_stays_theirs_and_each_is_told_what_is_theirs_to_know(
    where: str, mine: dict[str, object]
) -> None:
    role, institution_hears = OF_OTHERS[where]
    asked, field = replace(Asked(PERSON), **mine), next(iter(mine))  # type: ignore[arg-type]

    institution = decided(Word.INSTITUTION, known(somebody(role)), asked)
    head = decided(Word.HEAD, known(somebody(role)), asked)
    register = decided(Word.REGISTER, known(somebody(role)), asked)

    assert isinstance(institution, dict)
    assert institution_hears in institution[field][0]
    assert register == Decision(), "made without what is somebody else's"
    assert head == Decision(), "a refusal would tell that somebody has it"


SHOWN = {
    "the same": (present(hint=HINT), True),
    "the same, from next week on": (present(hint=HINT, valid_from=TODAY + timedelta(days=7)), True),
    "the same, of a role that has expired": (present(hint=HINT, valid_until=YESTERDAY), False),
    "another one": (present(hint="138****0002"), False),
    "none": (present(), False),
}


@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.parametrize("found", [known(), known(somebody(held())), known(somebody(held(ELSEWHERE, THEIRS)))])
def test_a_head_is_refused_a_number_that_the_rooms_list_shows_whosever_it_is(shown: str, found: Known) -> None:
    there, refused = SHOWN[shown]

    head = decided(Word.HEAD, found, ASKED, there)

    assert isinstance(head, dict) is refused
    assert not isinstance(head, dict) or "团队里王建国的手机号也是 138****0001" in head["phone"][0]
    assert isinstance(decided(Word.HEAD, found, replace(ASKED, phone=None, hint=None), there), Decision)
    assert isinstance(decided(Word.REGISTER, found, ASKED, there), Decision)


def test_somebody_of_another_institution_is_neither_named_nor_pointed_at() -> None:
    with pytest.raises(Taken) as refused:
        decide(ASKED, Word.INSTITUTION, Place(OURS, HERE), known(somebody(held(ELSEWHERE, THEIRS))))

    assert refused.value.holder is None
    assert "王建国" not in str(refused.value.fields)


OVER = {
    "ended": held(ELSEWHERE, over=True),
    "expired": held(ELSEWHERE, valid_until=YESTERDAY),
    "ended at another institution": held(ELSEWHERE, THEIRS, over=True),
    "ended in this room": held(over=True),
}


@pytest.mark.parametrize("role", OVER)
def test_what_somebody_without_a_role_had_is_free(role: str) -> None:
    former = somebody(OVER[role])

    taken = decided(Word.INSTITUTION, known(former))

    assert taken == Decision(phone=PHONE, email=EMAIL, mark=MARK, freed=(former,))
    for word in (Word.HEAD, Word.REGISTER):
        waits = decided(word, known(former))
        assert isinstance(waits, Decision)
        assert (waits.phone, waits.email, waits.freed) == (None, None, ()), "until the sweep has freed them"


@pytest.mark.parametrize("word", [Word.INSTITUTION, Word.REGISTER])
@pytest.mark.parametrize(
    "role", [held(ELSEWHERE), held(ELSEWHERE, over=True), held(ELSEWHERE, valid_until=YESTERDAY), held(None, THEIRS)]
)
def test_the_institutions_word_finds_its_person_again_whatever_is_left_of_them(word: Word, role: Held) -> None:
    who = somebody(role, name=PERSON.name)

    assert decided(word, known(who, mark=MARK)) == Decision(who)


def test_a_heads_word_never_finds_anybody() -> None:
    who = somebody(held(ELSEWHERE), name=PERSON.name)

    assert decided(Word.HEAD, known(who, mark=MARK)) == Decision()


@pytest.mark.parametrize("word", EVERYBODY)
def test_who_typed_the_same_name_and_number_is_not_known_by_it(word: Word) -> None:
    impostor = somebody(held(), name=PERSON.name)

    found = decided(word, known(impostor))

    assert not isinstance(found, Decision) or found.who is None


@pytest.mark.parametrize("word", EVERYBODY)
@pytest.mark.parametrize("role", [held(), held(ELSEWHERE), held(ELSEWHERE, over=True)])
def test_a_held_post_is_refused_with_its_holder_whoever_is_invited(word: Word, role: Held) -> None:
    asked = replace(ASKED, person=replace(PERSON, post="A"))

    found = decided(word, known(somebody(role, name=PERSON.name), mark=MARK), asked, present())

    assert found == {"post": ["A 岗现由王建国担任"]}


@pytest.mark.parametrize("word", [Word.INSTITUTION, Word.HEAD])
def test_the_same_person_is_not_invited_to_the_same_post_again(word: Word) -> None:
    there = present(PERSON.name)
    who = replace(somebody(there.held, name=PERSON.name), account_id=there.held.account_id)
    asked = replace(ASKED, person=replace(PERSON, post="A"))

    assert decided(word, known(who, mark=MARK), asked, there) == {"post": ["A 岗现由李心怡担任"]}


def test_a_repeated_opening_finds_its_own_work_and_nobody_elses() -> None:
    asked = replace(ASKED, person=replace(PERSON, post="A"))
    unnamed = Asked(Person("A角", Role.SITE_HEAD, post="A"))
    own, other = present(PERSON.name), present("王建国")
    who = replace(somebody(own.held, name="改了名"), account_id=own.held.account_id)

    assert decided(Word.REGISTER, known(who, mark=MARK), asked, own) == Decision(own.who, own.held)
    assert decided(Word.REGISTER, known(), asked, own) == Decision(own.who, own.held)
    assert isinstance(decided(Word.REGISTER, known(), unnamed, present("A角")), Decision)
    assert decided(Word.REGISTER, known(), unnamed, other) == {"post": ["A 岗现由王建国担任"]}
    role = held(role="counsellor")
    twice = somebody(role, name=PERSON.name)
    assert decided(Word.REGISTER, known(twice, mark=MARK)) == Decision(twice, role)


@pytest.mark.parametrize(
    ("holder", "begins", "ends", "said"),
    [
        ({"valid_until": TODAY}, None, None, "至"),
        ({"valid_until": YESTERDAY}, None, None, None),
        ({"over": True}, None, None, None),
        ({"post": "B"}, None, None, None),
        ({"valid_until": date(2099, 1, 1)}, date(2099, 1, 2), None, None),
        ({"valid_until": date(2099, 1, 1)}, date(2099, 1, 1), None, "至 2099-01-01"),
        ({"valid_from": date(2099, 1, 2)}, None, date(2099, 1, 1), None),
        ({"valid_from": date(2099, 1, 2)}, None, None, "自 2099-01-02 起"),
        ({"valid_from": date(2020, 1, 2)}, None, None, "现由"),
    ],
)
def test_a_post_is_held_on_its_days_and_no_others(
    holder: dict[str, object], begins: date | None, ends: date | None, said: str | None
) -> None:
    asked = Asked(replace(PERSON, post="A", valid_from=begins, valid_until=ends))

    found = decided(Word.INSTITUTION, known(), asked, present(**holder))  # type: ignore[arg-type]

    assert (said in found["post"][0]) if isinstance(found, dict) and said else isinstance(found, Decision)


@pytest.mark.parametrize(
    ("role", "again"),
    [
        (held(role="counsellor"), True),
        (held(role="counsellor", valid_from=TODAY + timedelta(days=3)), True),
        (held(role="counsellor", over=True), False),
        (held(role="counsellor", valid_until=YESTERDAY), False),
        (held(ELSEWHERE, role="counsellor"), False),
        (held(role="volunteer"), False),
    ],
)
def test_a_role_that_somebody_has_is_not_given_again(role: Held, again: bool) -> None:
    who = somebody(role, name=PERSON.name)

    found = decided(Word.INSTITUTION, known(who, mark=MARK))

    assert found == ({"role": ["李心怡(wang)已有这个身份"]} if again else Decision(who))


def test_who_is_shut_out_is_let_in_again_by_enabling_and_not_by_an_invitation() -> None:
    ours = somebody(held(ELSEWHERE, over=True), name=PERSON.name, disabled=True)
    theirs = somebody(held(ELSEWHERE, THEIRS, over=True), name=PERSON.name, disabled=True)

    for word in (Word.INSTITUTION, Word.REGISTER):
        assert decided(word, known(ours, mark=MARK)) == {"phone": ["李心怡的账号 wang 已停用，请先启用"]}
    another = decided(Word.INSTITUTION, known(theirs, mark=MARK))
    assert another == Decision(phone=PHONE, email=EMAIL, freed=(theirs,)), "a person of their own"


def test_a_sign_in_name_that_somebody_has_is_refused() -> None:
    asked = Asked(replace(PERSON, login_name="wang"))

    assert decided(Word.INSTITUTION, known(somebody()), asked) == {"login_name": ["这个账号名已被使用"]}
