"""`python -m tests.upgrade.make`: fill a new database by the program's own deeds and keep it as the newest dump."""

import base64
import secrets
import sys

from huakai_deploy.web import create_app
from huakai_platform.kernel.db import Databases
from tests.support import servers
from tests.upgrade import dumps, filling


def main() -> None:
    """Refuses a dump that is too large, or in which a table has no row."""
    stack, urls = servers.start()
    try:
        mine = servers.copy(urls, "dumped")
        keys = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in dumps.SEALING}
        keys["secret_key"] = secrets.token_hex(32)
        settings = dumps.settings(mine, keys)
        databases, app = Databases(settings), create_app(settings)
        app.testing = True
        objects = filling.fill(databases, settings, app)
        app.extensions["huakai"].databases.dispose()
        databases.dispose()
        dump = dumps.keep(mine, keys, objects)
    finally:
        stack.wipe()
    sys.stdout.write(f"{dump.folder}: {dump.size:,} bytes; tables without a row: {dump.without_rows}\n")
    if dump.without_rows or dump.size > dumps.MOST:
        sys.exit(1)


if __name__ == "__main__":
    main()
