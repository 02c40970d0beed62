"""Statements of our own for what is asked all the time: SQL beside the tables, the same for both databases."""
