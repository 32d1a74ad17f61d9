"""The shape of every kind of definition in an edition of the standard."""

from collections.abc import Mapping

from huakai_platform.forms.shapes import DefinitionShape
from huakai_platform.kernel.fields import Strict
from huakai_platform.standards.definitions.activities import ActivityThemesShape
from huakai_platform.standards.definitions.asking import ScaleShape, SurveyShape
from huakai_platform.standards.definitions.general import EditionShape
from huakai_platform.standards.definitions.indicators import IndicatorsShape
from huakai_platform.standards.definitions.people import CertificatesShape, CurriculaShape, PostsShape
from huakai_platform.standards.definitions.places import EquipmentShape, SpacesShape, TiersShape, WallDocumentsShape
from huakai_platform.standards.definitions.registers import RegisterShape
from huakai_platform.standards.definitions.variation import VariationShape

SHAPES: Mapping[str, type[Strict]] = {
    "edition": EditionShape,
    "tiers": TiersShape,
    "spaces": SpacesShape,
    "equipment": EquipmentShape,
    "wall_documents": WallDocumentsShape,
    "posts": PostsShape,
    "certificates": CertificatesShape,
    "curricula": CurriculaShape,
    "checklist": DefinitionShape,
    "indicators": IndicatorsShape,
    "activity_themes": ActivityThemesShape,
    "scale": ScaleShape,
    "survey": SurveyShape,
    "register": RegisterShape,
    "variation": VariationShape,
}
MANY = frozenset({"checklist", "register", "scale", "survey"})
"""Kinds of which an edition has any number; of every other it has one."""
OPTIONAL = frozenset({"register", "scale", "survey"})
"""Kinds that an edition may be without."""
