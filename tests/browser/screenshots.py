"""`python -m tests.browser.screenshots`: every page as it looks, light, dark and on a phone, with an index of all."""

import argparse
import html
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.architecture.tree import ROOT
from tests.browser import addresses, chromium, signing_in, watching, world
from tests.browser.accessibility import DESKTOP, PHONE
from tests.browser.addresses import Address
from tests.browser.world import World

FOLDER = ROOT / ".dev" / "screenshots"
WAYS: dict[str, dict[str, Any]] = {
    "light": {"viewport": DESKTOP, "color_scheme": "light"},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light", "device_scale_factor": 2},
}
_INDEX = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Every page</title>
<style>
body {{ font: 16px/1.4 system-ui, sans-serif; margin: 2rem; background: #777; color: #fff }}
div {{ display: flex; gap: 1rem; align-items: start; margin-bottom: 3rem }}
img {{ max-width: 100%; display: block }} a {{ flex: 3 }} a:last-child {{ flex: 1 }}
</style>
<h1>Every page</h1>
{}</html>
"""


def main(arguments: list[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder, which is emptied first")
    parser.add_argument("--only", default="", metavar="WORDS", help="pages whose name has these words in it")
    asked = parser.parse_args(arguments)
    if chromium.path() is None:
        print(chromium.NOT_RUN, file=sys.stderr)
        return 1
    shutil.rmtree(asked.out, ignore_errors=True)
    asked.out.mkdir(parents=True)
    wanted = [each for each in addresses.everything() if asked.only in each.name]
    with tempfile.TemporaryDirectory() as folder, world.running(Path(folder)) as made:
        world.fill(made)
        with chromium.running() as browser:
            for taken in take(browser, made, wanted, asked.out):
                print(f"\r\033[K{taken}", end="", flush=True)
    (asked.out / "index.html").write_text(index(wanted), encoding="utf-8")
    print(f"\r\033[K{len(wanted)} pages, {len(wanted) * len(WAYS)} pictures: {asked.out / 'index.html'}")
    return 0


def take(browser: Browser, made: World, wanted: list[Address], out: Path) -> Iterator[str]:
    """A picture of each page in each way; tells which it has."""
    for who, pages in groupby(sorted(wanted, key=lambda each: each.who), key=lambda each: each.who):
        of_one = list(pages)
        with watching.visiting(browser, made.installation.url, reduced_motion="reduce") as (page, _):
            if who:
                signing_in.sign_in(page, who, world.PASSWORD)
            kept = page.context.storage_state()
        for way, options in WAYS.items():
            visit = {"storage_state": kept, "reduced_motion": "reduce", **options}
            with watching.visiting(browser, made.installation.url, **visit) as (page, _):
                for address in of_one:
                    page.goto(address.at(made.places))
                    page.screenshot(path=out / picture(address, way), full_page=True)
                    yield picture(address, way)


def picture(address: Address, way: str) -> str:
    """The name of a picture's file."""
    plain = re.sub(r"[^a-z0-9]+", "-", address.name.lower()).strip("-") or "start"
    return f"{plain}.{way}.png"


def index(wanted: list[Address]) -> str:
    """All of them on one page."""
    return _INDEX.format("".join(map(_shown, wanted)))


def _shown(address: Address) -> str:
    pictures = (picture(address, way) for way in WAYS)
    links = "".join(f'<a href="{each}"><img src="{each}" loading="lazy" alt="{each}"></a>' for each in pictures)
    return f"<h2>{html.escape(address.name)}</h2>\n<div>{links}</div>\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
