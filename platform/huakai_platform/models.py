"""Every table of the platform's own schemas."""

from huakai_platform.identity import models as identity
from huakai_platform.kernel import operations, outbox, plumbing, sites, vault
from huakai_platform.onboarding import models as onboarding
from huakai_platform.oversight import models as oversight
from huakai_platform.regions import models as regions
from huakai_platform.standards import models as standards

__all__ = [
    "identity",
    "onboarding",
    "operations",
    "outbox",
    "oversight",
    "plumbing",
    "regions",
    "sites",
    "standards",
    "vault",
]
