"""Every table of a room."""

from huakai_tenants.activities import models as activities
from huakai_tenants.checklists import models as checklists
from huakai_tenants.premises import models as premises
from huakai_tenants.sheets import models as sheets
from huakai_tenants.staff import models as staff
from huakai_tenants.training import models as training

__all__ = ["activities", "checklists", "premises", "sheets", "staff", "training"]
