"""Where the pages of releases hang."""

from flask import Blueprint

blueprint = Blueprint("releases", __name__, url_prefix="/console/releases")
