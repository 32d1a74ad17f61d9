"""Drafts of the standard for programs: written definition by definition, published by a second person."""

from huakai_platform.web.api import Resources

blueprint = Resources("drafts", __name__, "标准草稿 Drafts of the standard")

from huakai_platform.standards.drafts_api import deciding, writing  # noqa: E402, F401
