"""Where somebody may be sent on to: a path of this very site, or nowhere."""

import re

from flask import current_app
from werkzeug.exceptions import HTTPException

PATH = re.compile(r"/(?![/\\])[\w\-./~%?=&+,:@]*", re.ASCII)


def safe(target: str | None) -> str | None:
    """The target when it is a path here; None for another host, another scheme or anything doubtful."""
    if not target or len(target) > 2000 or not PATH.fullmatch(target) or "//" in target:
        return None
    return target


def opens(target: str | None) -> bool:
    """Whether a GET of this program answers there."""
    if safe(target) is None:
        return False
    try:
        current_app.url_map.bind("").match(str(target).partition("?")[0].partition("#")[0], method="GET")
    except HTTPException:
        return False
    return True
