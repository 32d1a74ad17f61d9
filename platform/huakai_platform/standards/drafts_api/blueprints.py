"""Where the pages hang."""

from huakai_platform.web.api import Resources

blueprint = Resources("drafts", __name__, "标准草稿 Drafts of the standard")
