"""The command line: `truecerta`."""

import signal
import sqlite3
import sys
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from server import commands, logs, secret_key, working
from server.cli_keys import keys
from server.cli_organizations import organizations
from server.cli_plans import plans
from server.cli_users import users
from server.serving import serve as serve_app
from server.settings import PREFIX, Settings, address_without_password, hand_down, shown
from server.worker_beside import WorkerBeside
from services import database, webhook_secrets

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(organizations, name="org")
app.add_typer(keys, name="key")
app.add_typer(plans, name="plan")
app.add_typer(users, name="user")


def _tell_version(is_asked: bool) -> None:  # noqa: FBT001  # as typer calls it
    if not is_asked:
        return
    try:
        print(f"truecerta {metadata.version('truecerta')}")
    except metadata.PackageNotFoundError:
        print("truecerta, run from its sources: no version is installed")
    raise typer.Exit


@app.callback()
def truecerta(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Issue certificates and Open Badges, and let anyone verify them. Settings: see `truecerta settings`."""


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="How many processes answer requests.", min=1, max=64)] = 1,
    worker: Annotated[bool, typer.Option(help="Whether what `truecerta worker` does is done beside it.")] = True,
) -> None:
    """Bring the database up to date and serve the API and the pages until stopped."""
    settings = commands.load_settings()
    logs.configure(settings)
    if workers > 1 and settings.redis_url is None and settings.is_limited():
        commands.stop(
            f"Several workers count limits together only through a Valkey or Redis server: set {PREFIX}REDIS_URL, "
            f"or set every {PREFIX}RATE_LIMIT_… to off.",
            commands.WRONG_USE,
        )
    _ask_for_secret_key(settings)
    _migrate(settings)
    _warn_of_unreadable_secrets(settings)
    if not worker:
        print("Webhooks and mails wait until `truecerta worker` runs, with the same settings.", flush=True)
    address = f"http://{_in_url(host)}:{port}"
    if settings.smtp_url is not None:
        _warn_of_links(settings, address)
    hand_down(address)
    raise typer.Exit(serve_app(host=host, port=port, workers=workers, beside=WorkerBeside() if worker else None))


@app.command()
def worker() -> None:
    """Deliver webhooks and mails and announce expiries until stopped; needed beside `serve --no-worker` alone."""
    settings = commands.load_settings()
    logs.configure(settings)
    _ask_for_secret_key(settings)
    _warn_of_links(settings, settings.base())
    signals = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
    running = partial(print, "The delivery worker runs. Ctrl-C ends it.", flush=True)
    commands.run(working.work(settings, signals=signals, on_ready=running))


@app.command()
def migrate() -> None:
    """Bring the database up to date. Safe to run at any time, and by several machines at once."""
    _migrate(commands.load_settings())


@app.command(name="settings")
def show_settings(
    *,
    as_json: commands.AsJson = False,
) -> None:
    """Show every setting: its value (without passwords and keys), whether it is the default, and what it does."""
    settings = commands.load_settings()
    rows = [
        {
            "setting": PREFIX + name.upper(),
            "value": shown(getattr(settings, name)),
            "set": "set" if name in settings.model_fields_set else "default",
            "meaning": field.description,
        }
        for name, field in Settings.model_fields.items()
    ]
    commands.show(rows, as_json=as_json, empty="")


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Copy the SQLite database, consistently, while it is in use."""
    source = database.sqlite_path(commands.load_settings().database())
    if source is None:
        commands.stop("This installation uses PostgreSQL: back it up with pg_dump (see docs/operating.md).")
    if not source.exists():
        commands.stop(f"There is no database at {source} yet.")
    if target.exists():
        commands.stop(f"{target} exists already. Choose another name; nothing was written.")
    try:
        database.backup(source, target)
    except (OSError, sqlite3.Error) as fault:
        commands.stop(f"The copy could not be made: {fault}")
    print(f"Copied {source} to {target} ({target.stat().st_size} bytes, checked).")


def _warn_of_unreadable_secrets(settings: Settings) -> None:
    unreadable = commands.on_database(partial(webhook_secrets.unreadable, secret_key.keyring(settings)))
    if unreadable:
        sys.stderr.write(
            f"The secrets of {unreadable} webhooks were sealed with another secret key: nothing can be sent there. "
            f"Set {PREFIX}SECRET_KEY or {PREFIX}SECRET_KEY_PREVIOUS to that key, or rotate their secrets.\n"
        )


def _ask_for_secret_key(settings: Settings) -> None:
    try:
        secret_key.keyring(settings)
    except secret_key.SecretKeyError as missing:
        commands.stop(str(missing), commands.WRONG_USE)
    except OSError as fault:
        commands.stop(f"{PREFIX}DATA_DIR cannot be used: {fault}", commands.WRONG_USE)


def _warn_of_links(settings: Settings, base: str) -> None:
    """A link that is mailed cannot be called back."""
    if settings.public_url is None:
        sys.stderr.write(
            f"{PREFIX}PUBLIC_URL is not set: links in mails lead to {base}. Set it to where holders reach this service.\n"
        )


def _migrate(settings: Settings) -> None:
    url = settings.database()
    path = database.sqlite_path(url)
    print(f"Data directory: {settings.data_dir.expanduser().absolute()}")
    print(f"Database: {path or address_without_password(url) or 'PostgreSQL'}", flush=True)
    applied = commands.run(database.migrate(url))
    print("Migrations applied: " + (", ".join(applied) or "none were missing"), flush=True)


def _in_url(host: str) -> str:
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104  # recognised, not bound here
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def main() -> None:
    """Run the command line."""
    app(prog_name="truecerta")


if __name__ == "__main__":
    main()
