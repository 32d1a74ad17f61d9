"""Random tests without a stopwatch: a busy machine is no fault."""

from hypothesis import settings

settings.register_profile("huakai", deadline=None)
settings.load_profile("huakai")
