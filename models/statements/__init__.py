"""Statements of our own for what is asked all the time: SQL beside the tables.

In one wording for both databases where they have one.
"""
