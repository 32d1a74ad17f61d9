"""Where the pages hang."""

from huakai_platform.web.api import Resources

blueprint = Resources("sites", __name__, "站点、生命周期和登记表 Sites, their life cycle, and registers")
