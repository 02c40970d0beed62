"""What people and programs are told of a run: on the terminal, as JUnit's XML, as JSON, and as a page."""
