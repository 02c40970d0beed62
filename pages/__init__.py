"""HTML over HTTP: what people open in a browser, from the same services as the API."""

from pages.site import site

__all__ = ["site"]
