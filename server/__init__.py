"""The composition root: the application, its settings, its errors, and how it is run."""
