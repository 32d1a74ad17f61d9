"""Checklist pages of a room: today, runs, what became of them, and the points that stay open."""

from flask import Blueprint

blueprint = Blueprint("checklists", __name__, url_prefix="/room")

from huakai_tenants.checklists.views import filling, history, points, runs  # noqa: E402, F401
