"""The composition root: the application, its settings, its errors, and how it is run."""

import warnings

# Connexion imports Starlette's test client, which it does not use here, and which warns that it wants another library.
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
