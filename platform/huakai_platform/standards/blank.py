"""What is read where an edition lacks a definition: every edition ever published stays readable by every program.

A kind of which an edition has one only is read as empty, and a part that came into a kind later is empty in the
editions before it. A published edition itself is never changed: comparing, drafting and hashing see what it holds.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_LISTS: Mapping[str, tuple[str, ...]] = {
    "edition": ("chapters", "lines", "sources"),
    "tiers": ("tiers",),
    "spaces": ("departments", "spaces", "sets", "tiers"),
    "equipment": ("groups", "equipment"),
    "wall_documents": ("documents",),
    "posts": ("posts", "rules"),
    "certificates": ("certificates", "volunteer_stars"),
    "curricula": ("courses", "programmes", "supervision"),
    "indicators": ("sets", "grades", "rectification", "dimensions", "metrics", "indicators"),
    "activity_themes": ("venues", "programmes", "themes", "flowers", "forms", "audiences"),
    "variation": ("thresholds", "opening"),
}
_OTHERS: Mapping[str, Mapping[str, Any]] = {
    "wall_documents": {"validity": {"days": 365}},
    "variation": {"extra_items": {"most": 0, "checklists": ()}, "local_names": {}},
}
BLANK: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {kind: {**dict.fromkeys(names, ()), **_OTHERS.get(kind, {})} for kind, names in _LISTS.items()}
)
"""Every kind of which an edition has one only, without anything in it."""
