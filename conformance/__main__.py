"""`python -m conformance` in a checkout, `python -m truecerta_conformance` once installed."""

from .cli import main

main()
