"""What is decided about a draft: review, publication by a second person, giving up."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Response

from huakai_platform.kernel.access import Permission
from huakai_platform.standards import drafts
from huakai_platform.standards.api import EditionRow, answered
from huakai_platform.standards.drafts_api.blueprints import blueprint
from huakai_platform.standards.drafts_api.shapes import DraftShown, Reason, shown
from huakai_platform.web.context import actor, db, guard

REASON = {"reason": "Please name the source"}


@blueprint.post("/drafts/<uuid:draft_id>/submission")
@guard(Permission.STANDARD_WRITE, sample="draft_of_standard")
@blueprint.operation("Ask for the review", "送审；有错误或没有改动的不能送审。", gives=DraftShown)
def submit(draft_id: UUID) -> Response:
    return _done(draft_id, lambda: drafts.submit(db(), actor(), draft_id))


@blueprint.post("/drafts/<uuid:draft_id>/return")
@guard(Permission.STANDARD_PUBLISH, sample="draft_in_review")
@blueprint.operation("Send a draft back", "退回编写。", takes=Reason, gives=DraftShown, example=REASON)
def send_back(draft_id: UUID, given: Mapping[str, str]) -> Response:
    return _done(draft_id, lambda: drafts.send_back(db(), actor(), draft_id, given["reason"]))


@blueprint.post("/drafts/<uuid:draft_id>/abandonment")
@guard(Permission.STANDARD_WRITE, sample="draft_of_standard")
@blueprint.operation("Give a draft up", "放弃草稿，仍可查看。", takes=Reason, gives=DraftShown, example=REASON)
def drop(draft_id: UUID, given: Mapping[str, str]) -> Response:
    return _done(draft_id, lambda: drafts.drop(db(), actor(), draft_id, given["reason"]))


@blueprint.post("/drafts/<uuid:draft_id>/catching-up")
@guard(Permission.STANDARD_WRITE, sample="draft_of_standard")
@blueprint.operation("Move a draft onto the newest edition", "更新到最新版本。", gives=DraftShown)
def catch_up(draft_id: UUID) -> Response:
    return _done(draft_id, lambda: drafts.catch_up(db(), actor(), draft_id))


@blueprint.post("/drafts/<uuid:draft_id>/publication")
@guard(Permission.STANDARD_PUBLISH, sample="draft_in_review")
@blueprint.operation(
    "Publish a draft", "由没有参与编写和送审的另一个人发布；各站点仍在原版本，直到发布到它。", gives=EditionRow
)
def publish(draft_id: UUID) -> Response:
    return answered(drafts.publish(db(), actor(), draft_id))


def _done(draft_id: UUID, deed: Callable[[], object]) -> Response:
    deed()
    return shown(draft_id)
