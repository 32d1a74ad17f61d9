"""The API for programs: which resources each plane has below /api/v1."""

from flask import Flask

from huakai_platform.compliance import api as compliance
from huakai_platform.compliance import sealed_api
from huakai_platform.drift import api as drift
from huakai_platform.identity import accounts_api, team_api
from huakai_platform.identity import api as identity
from huakai_platform.onboarding import api as onboarding
from huakai_platform.operations import api as operations
from huakai_platform.oversight import api as oversight
from huakai_platform.oversight import figures_api
from huakai_platform.proposals import api as proposals
from huakai_platform.regions import api as regions
from huakai_platform.registers import institution_api
from huakai_platform.releases import api as releases
from huakai_platform.standards import api as standards
from huakai_platform.standards import drafts_api
from huakai_platform.trail import api as trail
from huakai_platform.web.api import Resources, notices
from huakai_platform.web.api.document import Document
from huakai_platform.workdays import api as workdays
from huakai_tenants.activities import api as activities
from huakai_tenants.checklists import api as checklists
from huakai_tenants.checklists import points_api
from huakai_tenants.equipment import api as equipment
from huakai_tenants.premises import api as premises
from huakai_tenants.registers import api as registers
from huakai_tenants.staff import api as staff
from huakai_tenants.staff import qualifications_api
from huakai_tenants.training import api as training
from huakai_tenants.training import records_api
from huakai_tenants.wall_documents import api as wall_documents


def resources(plane: str) -> tuple[Resources, ...]:
    """What programs find in a plane; `any` is what both share."""
    served: dict[str, tuple[Resources, ...]] = {
        "any": (identity.blueprint,),
        "console": (
            onboarding.blueprint,
            oversight.blueprint,
            figures_api.blueprint,
            regions.blueprint,
            institution_api.blueprint,
            releases.blueprint,
            standards.blueprint,
            drafts_api.blueprint,
            operations.blueprint,
            accounts_api.blueprint,
            compliance.blueprint,
            drift.blueprint,
            proposals.blueprint,
            workdays.blueprint,
            trail.console,
            notices.console,
        ),
        "room": (
            activities.blueprint,
            checklists.blueprint,
            points_api.blueprint,
            sealed_api.room,
            premises.blueprint,
            equipment.blueprint,
            wall_documents.blueprint,
            registers.blueprint,
            team_api.blueprint,
            staff.blueprint,
            qualifications_api.blueprint,
            training.blueprint,
            records_api.blueprint,
            trail.room,
            notices.room,
        ),
    }
    return served[plane]


def install(app: Flask, planes: tuple[str, ...]) -> None:
    """Serve the resources of these planes, and the document that describes them."""
    document = Document(app)
    for plane in ("any", *planes):
        for one in resources(plane):
            document.carry(one)
    app.extensions["huakai.api"] = {"document": document}
