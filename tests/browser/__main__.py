"""`python -m tests.browser OPTIONS`: pytest with these options; without a browser, plain words that nothing was run."""

import subprocess
import sys

from tests.architecture.tree import ROOT
from tests.browser import chromium

TOLD_LAST = ROOT / ".dev" / "not-run"
"""`./dev test` shows it after everything else."""
LEFT_OUT = f"The tests in a browser were {chromium.NOT_RUN}"


def main(options: list[str]) -> int:
    """The exit status; that there is no browser is a failure only where one is demanded."""
    if chromium.path() is not None:
        return subprocess.call([sys.executable, "-m", "pytest", *options], cwd=ROOT)
    print(LEFT_OUT)
    if TOLD_LAST.parent.is_dir():
        with TOLD_LAST.open("a", encoding="utf-8") as told:
            told.write(f"{LEFT_OUT}\n")
    return int(chromium.is_demanded())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
