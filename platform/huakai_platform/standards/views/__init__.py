"""The standard in the console: the library, what changed between editions, and the draft of the next one."""

from huakai_platform.standards.views import comparing, deciding, entries, library, writing  # noqa: F401
from huakai_platform.standards.views.blueprints import blueprint

__all__ = ["blueprint"]
