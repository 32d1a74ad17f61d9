"""Gunicorn with our settings, and no file of its own."""

from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from huakai_deploy.web import create_app

SETTINGS: dict[str, Any] = {
    "workers": 1,
    "worker_class": "gthread",
    "control_socket_disable": True,
    "graceful_timeout": 10,
    "timeout": 60,
    "keepalive": 5,
    "limit_request_line": 4094,
    "limit_request_fields": 60,
    "logger_class": "huakai_deploy.serve.SharedLogger",
}


class SharedLogger(Logger):
    """Gunicorn's words go where all others go."""

    def setup(self, cfg: Any) -> None:
        for logger in (self.error_log, self.access_log):
            logger.handlers, logger.propagate = [], True


class Server(BaseApplication):
    """One process of threads under a master that replaces it when it dies."""

    def __init__(self, *, bind: str, threads: int, planes: tuple[str, ...]) -> None:
        self._settings, self._planes = {**SETTINGS, "bind": bind, "threads": threads}, planes
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return create_app(planes=self._planes)
