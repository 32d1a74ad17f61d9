"""Where somebody may be sent on to: a path of this very site, or nowhere."""

import re

PATH = re.compile(r"/(?![/\\])[\w\-./~%?=&+,:@]*", re.ASCII)


def safe(target: str | None) -> str | None:
    """The target when it is a path here; None for another host, another scheme or anything doubtful."""
    if not target or len(target) > 2000 or not PATH.fullmatch(target) or "//" in target:
        return None
    return target
