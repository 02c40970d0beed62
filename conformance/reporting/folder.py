"""The folder of `--out`: junit.xml, results.json and report.html."""

import json
from pathlib import Path

from .account import Account
from .junit import xml
from .page import html
from .results import document


def write(account: Account, folder: Path) -> None:
    """All three, in the place of an earlier run's."""
    folder.mkdir(parents=True, exist_ok=True)
    told = json.dumps(document(account), ensure_ascii=False, indent=1)
    (folder / "junit.xml").write_bytes(xml(account))
    (folder / "results.json").write_text(f"{told}\n", encoding="utf-8")
    (folder / "report.html").write_text(html(account), encoding="utf-8")
