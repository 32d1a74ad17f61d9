"""Bringing the database to the program: migrations, then the edition and the holidays that are shipped."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import huakai_deploy
from huakai_platform.kernel.config import Login
from huakai_platform.kernel.db import Databases
from huakai_platform.standards import service as standards
from huakai_platform.standards.shipped import load_shipped
from huakai_platform.workdays import shipped as workdays

PLACES = (Path(huakai_deploy.__file__).parent / "migrations", Path(huakai_deploy.__file__).parents[1] / "migrations")


def config() -> Config:
    """Alembic's settings, whether from a checkout or from an installed wheel."""
    made = Config()
    place = next(place for place in PLACES if place.is_dir())
    made.set_main_option("script_location", str(place).replace("%", "%%"))
    return made


def migrate(databases: Databases) -> None:
    """Take the database to the newest migration and load what is shipped; again changes nothing.

    The shipped edition is the first; from then on the institution publishes its own.
    """
    command.upgrade(config(), "head")
    with databases.session(Login.MIGRATOR) as session:
        if not standards.published(session):
            standards.publish(session, load_shipped())
        workdays.seed(session)


def head() -> str | None:
    """The newest migration that the program knows."""
    return ScriptDirectory.from_config(config()).get_current_head()


def present(connection: Connection) -> str | None:
    """The migration that the database is at."""
    context = MigrationContext.configure(
        connection, opts={"version_table": "alembic_version", "version_table_schema": "platform"}
    )
    return context.get_current_revision()
