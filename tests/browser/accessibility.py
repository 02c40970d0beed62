"""What axe finds wrong with a page, said so that one finds it again."""

from importlib.resources import files
from typing import Any, Final, Literal

from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_RUN = "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"


def violations(page: Page) -> list[str]:
    """Each rule that is broken, with the elements that break it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE)
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return [
        f"{each['id']}: {node['target']} {node['html'][:200]} {_why(node)}" for each in found for node in each["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])


def overflow(page: Page) -> list[str]:
    """What makes a page wider than its window: nothing, or the widest elements that nothing around them scrolls."""
    found: list[str] = page.evaluate(_OVERFLOW)
    return found


_OVERFLOW = """() => {
    const root = document.documentElement, width = root.clientWidth;
    if (root.scrollWidth <= width && document.body.scrollWidth <= width) return [];
    const isScrolled = each => {
        const around = getComputedStyle(each).position === 'absolute' ? each.offsetParent : each.parentElement;
        if (!around || around === document.body) return false;
        return getComputedStyle(around).overflowX !== 'visible' || isScrolled(around);
    };
    return [...document.querySelectorAll('body *')]
        .filter(each => each.getBoundingClientRect().right > width + 1 && !isScrolled(each))
        .map(each => `${each.outerHTML.slice(0, 160).toWellFormed()} ends at ${each.getBoundingClientRect().right}`)
        .slice(0, 4)
        .concat(`${root.scrollWidth} px wide in ${width}`);
}"""
