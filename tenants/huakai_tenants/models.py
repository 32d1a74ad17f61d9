"""Every table of a room."""

from huakai_tenants.activities import models as activities
from huakai_tenants.checklists import models as checklists
from huakai_tenants.equipment import models as equipment
from huakai_tenants.premises import models as premises
from huakai_tenants.registers import models as registers
from huakai_tenants.sheets import models as sheets
from huakai_tenants.staff import models as staff
from huakai_tenants.standard import models as standard
from huakai_tenants.training import models as training
from huakai_tenants.variations import models as variations
from huakai_tenants.wall_documents import models as wall_documents

__all__ = [
    "activities",
    "checklists",
    "equipment",
    "premises",
    "registers",
    "sheets",
    "staff",
    "standard",
    "training",
    "variations",
    "wall_documents",
]
