"""Drafts of the standard for programs: written definition by definition, published by a second person."""

from huakai_platform.standards.drafts_api import deciding, writing  # noqa: F401
from huakai_platform.standards.drafts_api.blueprints import blueprint

__all__ = ["blueprint"]
