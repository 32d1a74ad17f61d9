"""My account: name, language, telephone and e-mail, password, devices."""

from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, url_for
from werkzeug import Response

from huakai_platform.identity import activity, devices, profile, second_factor, throttling
from huakai_platform.identity.inputs import LOCALES, ChangedPassword, ContactForm, Profile
from huakai_platform.identity.views import edge
from huakai_platform.identity.views.blueprints import shared
from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.errors import Invalid, TooMany
from huakai_platform.kernel.i18n import _
from huakai_platform.web import inputs
from huakai_platform.web.context import actor, db, guard
from huakai_platform.web.inputs import FormResult

NOTHING = FormResult({})


@shared.get("/account")
@guard(Permission.SELF)
def account() -> str:
    return _page()


@shared.post("/account")
@guard(Permission.SELF)
def change_profile() -> Response:
    given = inputs.form(Profile())
    if not given.ok:
        return _refused(who=given)
    profile.rename(db(), actor(), **given.values)
    edge.tell(_("已保存。"))
    response = redirect(url_for(".account"), 303)
    edge.remember_language(response, given.values["locale"])
    return response


@shared.post("/account/contact")
@guard(Permission.SELF)
def change_contact() -> Response:
    """What one signs in with is changed only by who knows the password.

    Each try says whether somebody has it, so those that succeed are counted against the account, too.
    """
    given = _proved(inputs.form(ContactForm()), "password")
    if not given.ok:
        return _refused(contact=given)
    try:
        brakes = edge.charge("contact", account_id=actor().account_id)
        profile.set_email(db(), actor(), given.values["email"])
        if given.values["phone"] or given.values["drop_phone"]:
            profile.set_phone(db(), actor(), given.values["phone"], edge.settings().lookup_key)
    except TooMany as error:
        return _refused(contact=given.with_error("email", error.message))
    except Invalid as error:
        return _refused(contact=FormResult({}, error.fields, given.raw))
    edge.forgive(throttling.shared(brakes))
    edge.tell(_("已保存。"))
    return redirect(url_for(".account"), 303)


@shared.post("/account/password")
@guard(Permission.SELF)
def change_password() -> Response:
    given = inputs.form(ChangedPassword())
    if given.ok and given.values["password"] != given.values["repeat"]:
        given = given.with_error("repeat", _("两次输入的密码不一样"))
    given = _proved(given, "current")
    if not given.ok:
        return _refused(password=given)
    try:
        profile.set_password(db(), actor(), given.values["password"])
    except Invalid as error:
        return _refused(password=FormResult({}, error.fields, given.raw))
    edge.tell(_("密码已更改，其他设备已退出登录。"))
    return redirect(url_for(".account"), 303)


@shared.get("/account/devices")
@guard(Permission.SELF)
def device_list() -> str:
    return render_template("identity/devices.html", devices=devices.of(db(), actor()))


@shared.post("/account/devices/<uuid:session_id>/revocation")
@guard(Permission.SELF, sample="session")
def revoke_device(session_id: UUID) -> Response:
    devices.revoke(db(), actor(), session_id)
    edge.tell(_("这台设备已退出登录。"))
    return redirect(url_for(".device_list"), 303)


@shared.post("/account/devices/revocation")
@guard(Permission.SELF)
def revoke_other_devices() -> Response:
    devices.revoke_others(db(), actor())
    edge.tell(_("其他设备都已退出登录。"))
    return redirect(url_for(".device_list"), 303)


def _proved(given: FormResult, field: str) -> FormResult:
    """The form with an error when the present password is wrong; guessing it is slowed down."""
    if not given.ok:
        return given
    try:
        brakes = edge.charge("confirm", account_id=actor().account_id)
    except TooMany as error:
        return given.with_error(field, error.message)
    if not profile.knows_password(db(), actor(), given.values[field]):
        return given.with_error(field, _("密码不对。"))
    edge.forgive(brakes)
    return given


def _page(**forms: FormResult) -> str:
    me: dict[str, Any] = vars(profile.read(db(), actor()))
    return render_template(
        "identity/account.html",
        me=me,
        before=activity.before(db(), actor().account_id),
        codes_left=second_factor.codes_left(db(), actor().account_id) if me["second_factor"] else 0,
        forms={name: forms.get(name, NOTHING) for name in ("who", "contact", "password")},
        locales=[(code, {"zh_CN": "中文", "en": "English"}[code]) for code in LOCALES],
    )


def _refused(**forms: FormResult) -> Response:
    return make_response(_page(**forms), 422)
