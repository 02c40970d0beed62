"""HTML over HTTP: what people open in a browser, from the same services as the API."""

from pages.site import Means, site

__all__ = ["Means", "site"]
