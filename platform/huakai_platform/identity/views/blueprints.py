"""The blueprints of identity: what every plane shares, what only the console has, and the room's team."""

from typing import Any

from flask import Blueprint, Flask
from flask.sansio.blueprints import BlueprintSetupState


class Annex(Blueprint):
    """Pages that only one plane serves, with endpoints named like those of the blueprint they belong to."""

    def __init__(self, *args: Any, of: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.of = of

    def make_setup_state(self, app: Flask, options: Any, first_registration: bool = False) -> BlueprintSetupState:  # type: ignore[override]
        state = super().make_setup_state(app, options, first_registration)
        state.name = self.of
        return state


shared = Blueprint("identity", __name__)
console = Annex("identity_console", __name__, of="identity", url_prefix="/console")
team = Blueprint("team", __name__, url_prefix="/room/team")
room = Annex("identity_room", __name__, of="identity", url_prefix="/room")
