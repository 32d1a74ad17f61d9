"""Proposals within reach, for programs."""

from typing import Any

from flask import Response
from marshmallow import fields

from huakai_platform.kernel.access import Permission
from huakai_platform.kernel.fields import Choice, Id, RegionCode
from huakai_platform.proposals import listing
from huakai_platform.proposals.models import Proposal
from huakai_platform.proposals.words import STATES
from huakai_platform.resources import lists
from huakai_platform.resources.fields import Question
from huakai_platform.standards.words import KINDS
from huakai_platform.web import api
from huakai_platform.web.context import actor, guard

blueprint = api.Resources("proposals", __name__, "对标准的建议 Proposals")
BY_TIME = api.Order((Proposal.made_at, Proposal.id))


class ProposalShape(api.Shape):
    id = fields.UUID()
    site_id = fields.UUID(allow_none=True)
    edition_id = fields.UUID()
    kind = fields.String()
    code = fields.String()
    at = fields.String()
    change = fields.String()
    reason = fields.String()
    state = fields.String(metadata={"enum": list(STATES)})
    made_at = fields.DateTime()
    decided_at = fields.DateTime(allow_none=True)
    answer = fields.String(allow_none=True)
    draft_id = fields.UUID(allow_none=True)
    merged_into = fields.UUID(allow_none=True)


class ProposalsAsked(api.Paged):
    kind = Choice(KINDS)
    state = Choice(STATES)
    region = RegionCode()
    draft = Id()


@blueprint.get("/proposals")
@guard(Permission.PROPOSALS_MAKE)
@blueprint.operation(
    "List proposals", "对标准的建议，按提出时间排列。", asks=ProposalsAsked, gives=api.Listed(ProposalShape)
)
def proposals(asked: Any) -> Response:
    query = lists.unordered_query(listing.PROPOSALS, actor(), Question(asked), listing.Proposed())
    return api.page(query, BY_TIME, asked, _row)


def _row(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in listing.NAMES}
