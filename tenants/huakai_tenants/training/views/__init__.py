"""The room's pages of training: who is covered, what was recorded, what runs out, and what is printed."""

from flask import Blueprint

blueprint = Blueprint("training", __name__, url_prefix="/room/training")

from huakai_tenants.training.views import coverage, expiring, papers, records, scans  # noqa: E402, F401
