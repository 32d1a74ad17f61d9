"""Where the pages hang."""

from flask import Blueprint

blueprint = Blueprint("onboarding", __name__, url_prefix="/console")
