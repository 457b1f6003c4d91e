"""All that is fetched beside the pages: health and tables, lists, the audit trail."""

from __future__ import annotations

from flask import Flask

from callbacks import http, trail_file


def serve(server: Flask) -> None:
    """Lets the server answer under these addresses."""
    for part in (http, trail_file):
        server.register_blueprint(part.routes)
