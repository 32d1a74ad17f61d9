"""The command line beside `deploy/run demo`: it finds the embedded servers of an instance by itself."""

import os
from collections.abc import MutableMapping
from pathlib import Path

from huakai_deploy import keys, local
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.errors import HuakaiError
from huakai_platform.kernel.i18n import _

OUTSIDE = (*(f"DATABASE_URL_{login.name}" for login in Login), "REDIS_URL")


def instance(env: MutableMapping[str, str] = os.environ) -> Path:
    return Path(env.get("HUAKAI_INSTANCE") or "instance").absolute()


def find(env: MutableMapping[str, str] = os.environ) -> None:
    """Let an environment that names no servers and no secret name those of the instance that lies here, if one does.

    Raises HuakaiError where they do not run, or are somebody else's.
    """
    if keys.given("HUAKAI_SECRET_KEY", env) or any(env.get(name) for name in OUTSIDE):
        return
    folder = instance(env)
    try:
        if not (folder / keys.FILE).exists():
            return
        secrets = keys.missing(folder, env)
    except PermissionError:
        raise HuakaiError(_("{folder} 属于其他用户：请以启动它的用户运行这个命令。", folder=folder)) from None
    urls = local.reach(folder)
    if urls is None:
        raise HuakaiError(
            _(
                "{folder} 中内置的服务器没有运行。请先在另一个终端运行 deploy/run demo(或 huakai up)，再运行这个命令；"
                "要使用自己的服务器，请设置 DATABASE_URL_* 和 REDIS_URL。",
                folder=folder,
            )
        )
    env.update(urls.environment() | secrets | {"HUAKAI_INSTANCE": str(folder)})
