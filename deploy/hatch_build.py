"""Puts the built front-end files and catalogues into the wheel."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEnd(BuildHookInterface[Any]):
    """Runs before a wheel is packed; an editable install builds for itself."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build into the source tree, from where `artifacts` takes the files."""
        if version == "editable":
            return
        sys.path[:0] = [str(Path(self.root) / folder) for folder in ("deploy", "templates")]
        from huakai_deploy import assets

        assets.compile_catalogues()
        assets.build()
