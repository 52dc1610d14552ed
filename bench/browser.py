"""The largest paint of a results page on a slow phone, in Chromium. Reported, no bar."""

from __future__ import annotations

import shutil
import statistics
from dataclasses import asdict, dataclass

from playwright.sync_api import Browser, sync_playwright

from bench.cases import cases

#: Slow 4G: 1.6 megabits a second down, 750 kilobits up, 150 ms there and back.
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
CPU_SLOWDOWN = 4
VIEWS = 5
PHONE = {"width": 390, "height": 844}
LARGEST_PAINT = """() => new Promise(resolve => {
  new PerformanceObserver(list => resolve(list.getEntries().at(-1).startTime))
    .observe({type: 'largest-contentful-paint', buffered: true})
})"""


@dataclass(frozen=True)
class Paint:
    """Milliseconds from the click to the largest contentful paint, of several first visits."""

    views: int
    median_ms: float
    slowest_ms: float

    def __str__(self) -> str:
        return (
            f"Largest contentful paint, slow 4G, processor slowed {CPU_SLOWDOWN} times:"
            f" {self.median_ms:.0f} ms, slowest {self.slowest_ms:.0f} ms of {self.views}"
        )

    def as_dict(self) -> dict[str, object]:
        return {"bench": "paint", **asdict(self)}


def measure(address: tuple[str, int]) -> Paint | None:
    """Return the paints of first visits; None where Chromium is not installed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return None
    host, port = address
    url = f"http://{host}:{port}{cases()[0].url}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        paints = [_largest_paint_ms(browser, url) for _ in range(VIEWS)]
        browser.close()
    return Paint(len(paints), statistics.median(paints), max(paints))


def _largest_paint_ms(browser: Browser, url: str) -> float:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", SLOW_4G)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    page.goto(url, wait_until="load")
    paint = float(page.evaluate(LARGEST_PAINT))
    context.close()
    return paint
