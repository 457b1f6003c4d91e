"""Alembic's way in: it runs the steps on the connection that `upgrade` was given."""

from __future__ import annotations

from alembic import context

from planning.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
