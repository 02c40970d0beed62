"""The contract's shapes as Python types: generated, never written by hand.

`python -m wire` reads openapi.yaml and writes `wire/schemas.py`; `python -m wire --check` fails while that is stale.
"""
