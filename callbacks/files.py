"""All that is fetched beside the pages: health and tables, lists, plans as workbooks, the audit trail."""

from __future__ import annotations

from flask import Flask

from callbacks import http, plan_sheet, trail_file


def serve(server: Flask) -> None:
    """Lets the server answer under these addresses."""
    for part in (http, plan_sheet, trail_file):
        server.register_blueprint(part.routes)
