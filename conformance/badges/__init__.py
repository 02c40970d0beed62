"""Judges any issuer's Open Badge 2.0: what is read is read by `fetching`, and what is said of it are pure rules."""
