"""The history of the application's tables, step by step; `HEAD` is the last step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

FOLDER = Path(__file__).resolve().parent
#: The step that the program needs; a test holds that it is the last one there is.
HEAD = "0002"


def upgrade(connection: Connection) -> None:
    """Takes the steps that the database has not seen yet, in the connection's transaction."""
    from alembic import command  # only here: most starts have nothing to do
    from alembic.config import Config

    config = Config()
    # The folder's name is read with % as a sign of its own.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
