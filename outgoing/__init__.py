"""Everything that leaves the machine: HTTP to public addresses, and mail."""
