"""The black-box suite: judges any server that speaks the contract, by its address, and knows none of our code."""
