"""The application and its command line.

python dashboard.py                  serves the pages (the first time, it makes a demo company to look at)
python dashboard.py load SOURCE PATH loads a CRM export; `--check` only says what it would find
python dashboard.py --help           lists everything else
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from settings import Settings, SettingsError

if TYPE_CHECKING:
    from dash import Dash

ROOT = Path(__file__).resolve().parent
DEMO_SIZE = 40_000
LOAD_HELP = "SOURCE: dynamics, adventureworks, salesforce, hubspot, tables, or the folder of your own mapping."


class Refused(RuntimeError):
    """Something a person has to put right first; the message is one sentence."""


def create_app(settings: Settings) -> Dash:
    """The Dash application over the settings' database; one for a process."""
    import flask
    from dash import Dash
    from flask_compress import Compress

    import access
    from callbacks import files, http, learned, paper, wiring
    from components.shell import no_data, shell
    from components.words import words
    from queries.training import Trainer
    from queries.warehouse import Warehouse

    server = flask.Flask("dashboard", static_folder=None)
    scripts = ["application/javascript", "text/javascript"]
    server.config["COMPRESS_MIMETYPES"] = ["application/json", "text/html", "text/css", *scripts]
    server.extensions["warehouse"] = Warehouse(settings)
    Compress(server)
    files.serve(server)
    paper.serve(server, chromium=settings.browser, origin=settings.own_origin, threads=settings.threads)
    learned.serve(server, Trainer(settings))
    server.before_request(http.refuse_foreign_posts)
    app = Dash(
        "dashboard",
        server=server,
        use_pages=True,
        pages_folder=str(ROOT / "pages"),
        assets_folder=str(ROOT / "assets"),
        serve_locally=True,
        # Before the first load no page stands there; tests/callbacks/test_wiring.py checks every id instead.
        suppress_callback_exceptions=True,
        title="Sales performance",
        update_title="",
        on_error=wiring.failed_elsewhere,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )

    from callbacks import frame  # noqa: F401 - registers the callbacks, which needs the app's pages first

    def layout() -> Any:
        # Opens no database: Dash calls this once before the workers are forked, which DuckDB does not survive.
        w, version = words(access.language()), server.extensions["warehouse"].named_version()
        if version is None:
            return shell(w, theme=access.theme(), version=None, content=no_data(w))
        return shell(w, theme=access.theme(), version=version)

    app.layout = layout
    app.interpolate_index = lambda **parts: index(access.language(), access.theme(), **parts)
    # Dash adds an inline script of its own with the first request, so the hashes are taken after that.
    policy = cache(lambda: http.policy_of(list(app.csp_hashes())))
    server.after_request(lambda response: http.protect(response, policy()))
    server.after_request(http.mark_unknown)
    # Dash learns which scripts there are while it renders the document: every process has to know before it is asked.
    server.test_client().get("/")
    return app


def index(lang: str, theme: str, **parts: str) -> str:
    """The document around the application, in the viewer's language and theme from its first byte on."""
    return f"""<!DOCTYPE html>
<html lang="{"zh-CN" if lang == "zh" else "en"}" data-bs-theme="{theme}">
<head>{parts["metas"]}<title>{parts["title"]}</title>{parts["favicon"]}{parts["css"]}</head>
<body>{parts["app_entry"]}<footer>{parts["config"]}{parts["scripts"]}{parts["renderer"]}</footer></body>
</html>"""


def serve(settings: Settings) -> None:
    """Runs gunicorn in this process; prints one URL. Raises Refused where it cannot."""
    from crm.first_start import prepare
    from queries.memory import economise

    economise()
    _refuse_taken_port(settings)
    prepare(settings, say=say)
    _take_in_at_first(settings)
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self) -> None:
            options = {
                "bind": f"{settings.host}:{settings.port}",
                "workers": settings.workers,
                "threads": settings.threads,
                "worker_class": "gthread",
                "preload_app": True,
                "loglevel": "warning",
                "timeout": 120,
                "graceful_timeout": 10,
                "control_socket_disable": True,
                "worker_exit": lambda _, worker: worker.wsgi.extensions["warehouse"].close(),
            }
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            server = create_app(settings).server
            print(f"Sales performance: http://{settings.host}:{settings.port}/", flush=True)  # noqa: T201
            return server

    Server().run()


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as taken:
            raise Refused(
                f"Port {settings.port} on {settings.host} is in use or not allowed ({taken.strerror}). "
                "Stop what listens there, or choose another with PORT=8051."
            ) from taken


def _take_in_at_first(settings: Settings) -> None:
    from planning.intake import is_current, is_usable

    if not is_current(settings):
        # In a process of its own, because the workers are forked from this one.
        subprocess.run([sys.executable, str(ROOT / "dashboard.py"), "targets", "--take-in"], check=False)
        if not is_usable(settings):
            raise Refused("The application database could not be prepared; see above.")


def demo(settings: Settings, asked: argparse.Namespace) -> None:
    """Makes the demo company the current snapshot."""
    from crm.load import load_demo

    with progress_bar() as progress:
        report = load_demo(
            settings=settings, opportunities=asked.opportunities, seed=asked.seed, into=asked.into, progress=progress
        )
    say("\n".join(report.lines()))
    _take_in(settings, asked.into)


def load(settings: Settings, asked: argparse.Namespace) -> None:
    """Loads a CRM export, or only checks it."""
    from crm.load import load as load_source

    with progress_bar() as progress:
        report = load_source(
            asked.source, asked.path, settings=settings, into=asked.into, check_only=asked.check, progress=progress
        )
    say("\n".join(report.lines()))
    if not report.is_fine:
        raise Refused("The check found what a load would refuse; see above.")
    if not asked.check:
        _take_in(settings, asked.into)


def _take_in(settings: Settings, url: str | None) -> None:
    from planning.intake import take_in

    say("\n".join(take_in(settings, url=url, by="command line")))


def targets(settings: Settings, asked: argparse.Namespace) -> None:
    """Lists the versions of targets, puts one in force, or takes in the quotas of the data that is served."""
    from planning.intake import listed, publish

    if asked.take_in:
        _take_in(settings, settings.crm_url)
        return
    if asked.publish is not None:
        say(publish(settings, asked.publish, by="command line"))
    say("\n".join(listed(settings)))


def export(settings: Settings, asked: argparse.Namespace) -> None:
    """Writes all tables as CSV, as `load tables` reads them."""
    from crm.export import export as write

    with progress_bar() as progress:
        rows = write(settings, asked.folder, progress=progress)
    say(f"Wrote {sum(1 for n in rows.values() if n)} tables, {sum(rows.values()):,} rows, to {asked.folder}.")


def snapshots(settings: Settings, asked: argparse.Namespace) -> None:
    """Lists the snapshots that are kept, or goes back to an earlier one."""
    from crm import snapshots as kept

    folder = settings.snapshots_dir
    if asked.renew:
        from crm.renew import renew

        with progress_bar() as progress:
            report = renew(settings, progress=progress)
        say("\n".join(report.lines()) if report is not None else "The data is up to date.")
        return
    if asked.back is not None:
        chosen = kept.go_back(folder, asked.back or None)
        say(f"Now current: {chosen.id}.")
    now = kept.current(folder)
    found = kept.listed(folder)
    for snapshot in found:
        mark = "*" if now is not None and snapshot.id == now.id else " "
        say(f"{mark} {snapshot.id}  {snapshot.path.stat().st_size / 2**20:8.1f} MB")
    if not found:
        say(f"There are no snapshots in {folder}.")


def table(settings: Settings, asked: argparse.Namespace) -> None:
    """Prints measures by dimensions, through the same path as the pages."""
    from queries.engine import reading
    from queries.scope import EVERYTHING
    from queries.table import records, slice_for_table, spelled, vocabulary
    from queries.table import table as answer_for
    from queries.warehouse import Warehouse

    if asked.list:
        say("\n".join(vocabulary()))
        return
    with reading(Warehouse(settings).database()):
        answer = answer_for(tuple(asked.measures), tuple(asked.by), slice_for_table(asked.filter), scope=EVERYTHING)
    rows = records(answer, asked.measures)
    form = "json" if asked.json else "csv" if asked.csv else "plain"
    print(spelled(rows, asked.by, asked.measures, form=form), end="", flush=True)  # noqa: T201


@contextmanager
def progress_bar() -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal, a line a step elsewhere."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description:<36}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn()
    ) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda step, share: bar.update(task, description=step, completed=share)


def say(text: str) -> None:
    """Prints a line for a person, or for the next program in a pipe."""
    print(text, flush=True)  # noqa: T201


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="dashboard.py", description="Sales performance over your CRM.")
    commands = top.add_subparsers(dest="command")
    commands.add_parser("serve", help="serve the pages (the default)")
    one = commands.add_parser("demo", help="make a demo company the current data")
    one.add_argument("--opportunities", type=_size, default=DEMO_SIZE, metavar="N")
    one.add_argument("--seed", type=int, default=1, metavar="S")
    one.add_argument("--into", metavar="URL", help="publish into this database instead of a snapshot")
    one = commands.add_parser("load", help="load a CRM export", description=LOAD_HELP)
    one.add_argument("source", metavar="SOURCE")
    one.add_argument("path", type=Path, metavar="PATH")
    one.add_argument("--into", metavar="URL", help="publish into this database instead of a snapshot")
    one.add_argument("--check", action="store_true", help="only say what a load would find; write nothing")
    one = commands.add_parser("snapshots", help="list the snapshots; --back goes back")
    one.add_argument("--back", nargs="?", const="", metavar="ID", help="make an earlier snapshot the current one")
    one.add_argument("--renew", action="store_true", help="bring data of an older version of this program up to date")
    one = commands.add_parser("targets", help="list the versions of targets; --publish puts one in force")
    only = one.add_mutually_exclusive_group()
    only.add_argument("--publish", metavar="ID", help="put this version in force, whatever was before")
    only.add_argument("--take-in", action="store_true", help="take in the quotas of the data again")
    one = commands.add_parser("export", help="write all tables as CSV")
    one.add_argument("folder", type=Path, metavar="FOLDER")
    one = commands.add_parser("table", help="print measures by dimensions")
    one.add_argument("measures", nargs="*", metavar="MEASURE")
    one.add_argument("--by", nargs="+", action="extend", default=[], metavar="DIMENSION")
    one.add_argument("--filter", default="", metavar="QUERY", help='such as "period=2026Q3&region=East"')
    one.add_argument("--list", action="store_true", help="list measures and dimensions with their meaning")
    how = one.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true")
    how.add_argument("--csv", action="store_true")
    return top


def _size(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 20_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 20,000,000")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; what a person has to put right is one sentence and exit status 1."""
    asked = parser().parse_args(arguments)
    commands = {"demo": demo, "load": load, "export": export, "snapshots": snapshots, "table": table}
    commands["targets"] = targets
    from crm.issues import LoadError
    from crm.snapshots import SnapshotMissing
    from planning.errors import LedgerError
    from queries.breakdown import CannotAnswer
    from queries.engine import NoData

    try:
        settings = Settings.from_env()
        if asked.command in commands:
            commands[asked.command](settings, asked)
        else:
            serve(settings)
    except (Refused, SettingsError, LoadError, SnapshotMissing, LedgerError, CannotAnswer, NoData) as refused:
        print(refused, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
