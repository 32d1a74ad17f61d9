"""Where the pages of the standard hang."""

from flask import Blueprint

blueprint = Blueprint("standards", __name__, url_prefix="/console/standard")
