"""Every table of a room."""

from huakai_tenants.checklists import models as checklists
from huakai_tenants.premises import models as premises

__all__ = ["checklists", "premises"]
