"""Every table of the platform's own schemas."""

from huakai_platform.compliance import models as compliance
from huakai_platform.drift import models as drift
from huakai_platform.exports import models as exports
from huakai_platform.identity import models as identity
from huakai_platform.kernel import audit, notices, operations, outbox, plumbing, sites, vault
from huakai_platform.onboarding import models as onboarding
from huakai_platform.oversight import models as oversight
from huakai_platform.proposals import models as proposals
from huakai_platform.regions import models as regions
from huakai_platform.registers import models as registers
from huakai_platform.releases import models as releases
from huakai_platform.resources import saved_views
from huakai_platform.setup import models as setup
from huakai_platform.standards import models as standards
from huakai_platform.trail import models as trail
from huakai_platform.workdays import models as workdays

__all__ = [
    "audit",
    "compliance",
    "drift",
    "exports",
    "identity",
    "notices",
    "onboarding",
    "operations",
    "outbox",
    "oversight",
    "plumbing",
    "proposals",
    "regions",
    "registers",
    "releases",
    "saved_views",
    "setup",
    "sites",
    "standards",
    "trail",
    "vault",
    "workdays",
]
