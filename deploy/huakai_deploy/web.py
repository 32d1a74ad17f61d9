"""The web application: both planes, the console alone, or the room pages alone."""

from flask import Blueprint, Flask, Response, redirect, request, send_from_directory, url_for
from werkzeug import Response as BaseResponse
from werkzeug.middleware.proxy_fix import ProxyFix

from huakai_deploy import api, badges, migrating
from huakai_platform.compliance import views as compliance
from huakai_platform.drift import views as drift
from huakai_platform.exports import views as exports
from huakai_platform.identity import bearers
from huakai_platform.identity import views as identity
from huakai_platform.identity.sessions import recognise
from huakai_platform.kernel.config import Settings
from huakai_platform.kernel.db import Databases
from huakai_platform.onboarding import views as onboarding
from huakai_platform.operations import views as operations
from huakai_platform.oversight import views as oversight
from huakai_platform.proposals import views as proposals
from huakai_platform.regions import views as regions
from huakai_platform.registers import figure_views
from huakai_platform.registers import views as registers
from huakai_platform.releases import views as releases
from huakai_platform.setup import views as setup
from huakai_platform.standards import views as standards
from huakai_platform.trail import views as trail
from huakai_platform.web import errors, finding, health, logging, metrics, notices, pages, requests
from huakai_platform.web import help as help_pages
from huakai_platform.web.access import check_declarations, public
from huakai_platform.web.api import docs
from huakai_platform.web.context import AppState, refuse_elsewhere, visitor
from huakai_platform.workdays import views as workdays
from huakai_templates import assets
from huakai_tenants.activities import views as activities
from huakai_tenants.checklists import views as checklists
from huakai_tenants.equipment import views as equipment
from huakai_tenants.measures import compliance as measures
from huakai_tenants.measures import daily, readiness
from huakai_tenants.premises import views as premises
from huakai_tenants.registers import views as room_registers
from huakai_tenants.search import views as search
from huakai_tenants.staff import views as staff
from huakai_tenants.standard import views as standard
from huakai_tenants.training import views as training
from huakai_tenants.variations import views as variations
from huakai_tenants.wall_documents import views as wall_documents

PLANES = ("console", "room")


def blueprints(plane: str) -> tuple[Blueprint, ...]:
    """The pages of a plane; `any` is what both share."""
    pages: dict[str, tuple[Blueprint, ...]] = {
        "any": (docs.blueprint, finding.blueprint, help_pages.blueprint, health.blueprint, identity.shared),
        "console": (
            compliance.console,
            drift.console,
            exports.blueprint,
            identity.console,
            notices.console,
            onboarding.blueprint,
            operations.blueprint,
            oversight.blueprint,
            proposals.console,
            regions.blueprint,
            registers.blueprint,
            figure_views.blueprint,
            releases.blueprint,
            setup.blueprint,
            standards.blueprint,
            trail.console,
            workdays.blueprint,
        ),
        "room": (
            identity.room,
            identity.team,
            activities.blueprint,
            activities.public_checkin,
            checklists.blueprint,
            compliance.room,
            equipment.blueprint,
            drift.room,
            notices.room,
            premises.blueprint,
            proposals.room,
            room_registers.blueprint,
            search.blueprint,
            staff.blueprint,
            standard.blueprint,
            trail.room,
            training.blueprint,
            variations.blueprint,
            wall_documents.blueprint,
        ),
    }
    return pages[plane]


def create_app(settings: Settings | None = None, *, planes: tuple[str, ...] = PLANES) -> Flask:
    """Build the application for `planes`; it opens only those planes' database logins."""
    settings = settings or Settings.from_env()
    app = Flask(
        "huakai",
        template_folder=str(assets.STATIC.parent / "pages"),
        static_folder=None,
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=list(settings.hosts),
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="__Host-huakai-page" if settings.https else "huakai-page",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="zh_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=str(assets.STATIC.parent / "translations"),
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=1, x_host=0)  # type: ignore[method-assign]
    app.extensions["huakai"] = AppState(settings, Databases(settings), planes, recognise, bearers, badges.counts)
    errors.install(app)
    logging.install(app)
    metrics.install(app)
    health.install(app, migration=migrating.head)
    requests.install(app)
    pages.install(app)
    compliance.install(app, compliance.Reader(measures.measure, daily.photo))
    staff.install(app, readiness.trained)
    app.add_url_rule("/", "home", home)
    app.add_url_rule("/static/<path:filename>", "static", static)
    for plane in ("any", *planes):
        for blueprint in blueprints(plane):
            app.register_blueprint(blueprint)
    api.install(app, planes)
    check_declarations(app)
    return app


@public
def home() -> BaseResponse:
    """Everybody's own first page. Raises Forbidden for a role of the plane that is not served here."""
    who = visitor()
    if who is None:
        return redirect(url_for("identity.sign_in"))
    if who.actor.role is None:
        return redirect(url_for("identity.memberships"))
    refuse_elsewhere(who.actor.role)
    return redirect(url_for("oversight.picture" if who.actor.role.plane == "console" else "checklists.today"))


@public
def static(filename: str) -> Response:
    """Own and vendored files, packed as the browser takes them; a hashed name may be kept for ever."""
    taken = [coding for coding in assets.PACKED if request.accept_encodings.quality(coding) > 0]
    response = send_from_directory(assets.STATIC, assets.packed(filename, taken))
    kept = assets.hashed(filename) or "v" in request.args
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
    response.headers.pop("Content-Disposition", None)
    response.vary.add("Accept-Encoding")
    return response
