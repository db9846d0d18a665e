"""check_browser.py REPORT: exit 0 if a real browser shows the report as it is meant.

Opens it in Chromium without a window, at desktop and phone width, light and dark, with and without scripts, and on
paper: nothing is loaded but the file, the policy refuses nothing, no script fails, nothing sticks out sideways, the
verdict is on the first screen, every text stands out from its ground, and a click on a head sorts its table.
Chromium is spoken to by its own protocol over two pipes; CHROMIUM names another program than the usual ones.
"""
import base64
import itertools
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

DEADLINE_S = 40
NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = {"desktop": (1280, 800), "phone": (390, 844)}
SMALLEST_CONTRAST = 4.5

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VERDICT_BOTTOM = "document.querySelector('.verdict .word').getBoundingClientRect().bottom"
VISIBLE_TEXT = "document.body.innerText.length"
# Every leaf of text against the nearest ground that is painted; WCAG's contrast ratio. Text of drawings has `fill`.
FAINT_TEXTS = """(() => {
  const number = c => (c.match(/[0-9.]+/g) || []).map(Number);
  const light = c => { const [r, g, b] = number(c).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                       return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
                        if (number(c).length < 4 || number(c)[3] > 0) return c; } return 'rgb(255,255,255)'; };
  const faint = [];
  for (const e of document.querySelectorAll('main *, footer *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.getClientRects().length || e.closest('svg [aria-hidden]')) continue;
    const style = getComputedStyle(e), a = light(e.closest('svg') ? style.fill : style.color), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < %s) faint.push(ratio.toFixed(2) + ' ' + e.tagName + ' ' + e.textContent.trim().slice(0, 40));
  }
  return faint.slice(0, 5).join('; ');
})()""" % SMALLEST_CONTRAST
SORTED_BY_CLICK = """(() => {
  const button = document.querySelector('table thead button');
  if (!button) return 'no table has a head to click';
  button.click();
  return button.closest('th').getAttribute('aria-sort') === 'ascending' ? '' : 'a click on a head does not sort';
})()"""


class Browser:
    """Chromium over --remote-debugging-pipe: JSON messages that end in a zero byte."""

    def __init__(self, program, profile):
        to_read, self.write_fd = os.pipe()
        self.read_fd, to_write = os.pipe()
        wiring = f"exec 3<&{to_read} 4>&{to_write}; exec \"$@\""
        self.process = subprocess.Popen(
            ["bash", "-c", wiring, "browser", program, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", f"--user-data-dir={profile}",
             "--remote-debugging-pipe", "about:blank"],
            pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.end, self.rest, self.ids, self.events = time.monotonic() + DEADLINE_S, b"", itertools.count(1), []

    def message(self):
        while b"\0" not in self.rest:
            left = self.end - time.monotonic()
            if left <= 0 or not select.select([self.read_fd], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            got = os.read(self.read_fd, 1 << 20)
            if not got:
                raise ConnectionError("the browser ended")
            self.rest += got
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, session=None, **params):
        call = {"id": next(self.ids), "method": method, "params": params}
        if session:
            call["sessionId"] = session
        os.write(self.write_fd, json.dumps(call).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == call["id"]:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.write_fd)
        os.close(self.read_fd)


class Page:
    def __init__(self, browser):
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.browser = browser
        for domain in ("Page", "Network", "Log", "Runtime", "Audits"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def open(self, url):
        self.browser.events.clear()
        self.call("Page.navigate", url=url)
        while not any(e["method"] == "Page.loadEventFired" for e in self.browser.events):
            message = self.browser.message()
            if "method" in message:
                self.browser.events.append(message)

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["text"])
        return result["result"].get("value")

    def complaints(self):
        for event in self.browser.events:
            params = event["params"]
            if event["method"] == "Network.requestWillBeSent":
                url = params["request"]["url"]
                if not url.startswith(("file:", "data:")):
                    yield f"asks the network for {url}"
            elif event["method"] == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                yield f"the console says: {params['entry']['text']}"
            elif event["method"] == "Runtime.exceptionThrown":
                yield f"a script failed: {params['exceptionDetails']['text']}"
            elif event["method"] == "Audits.issueAdded" and "ContentSecurityPolicy" in params["issue"]["code"]:
                yield f"the policy refused: {params['issue']['details']}"


def look(page, url, width, theme):
    name = f"{width}, {theme}"
    across, down = WIDTHS[width]
    page.call("Emulation.setDeviceMetricsOverride", width=across, height=down, deviceScaleFactor=1, mobile=width == "phone")
    page.call("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": theme}])
    page.open(url)
    problems = list(page.complaints())
    if page.value(OVERFLOW) > 0:
        problems.append(f"sticks out by {page.value(OVERFLOW)} pixels")
    if page.value(VERDICT_BOTTOM) > down:
        problems.append("the verdict is below the first screen")
    faint = page.value(FAINT_TEXTS)
    if faint:
        problems.append(f"too little contrast: {faint}")
    if page.value("document.querySelectorAll('table tbody').length > 0"):
        problems.append(page.value(SORTED_BY_CLICK))
    return [f"{name}: {p}" for p in problems if p]


def look_without_scripts(page, url):
    with_scripts = page.value(VISIBLE_TEXT)
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    page.open(url)
    without = page.value(VISIBLE_TEXT)
    page.call("Emulation.setScriptExecutionDisabled", value=False)
    return [] if without > 0.95 * with_scripts else [f"without scripts {without} of {with_scripts} characters are seen"]


def look_on_paper(page):
    page.call("Emulation.setEmulatedMedia", media="print")
    pdf = base64.b64decode(page.call("Page.printToPDF", printBackground=False)["data"])
    problems = [] if pdf.startswith(b"%PDF") and len(pdf) > 10000 else ["on paper: nothing is printed"]
    closed = page.value("[...document.querySelectorAll('details')].filter(d => "
                        "!d.querySelector(':scope > :not(summary)').checkVisibility({contentVisibilityAuto: true})).length")
    if closed:
        problems.append(f"on paper: {closed} folded parts stay folded")
    faint = page.value(FAINT_TEXTS)
    return problems + ([f"on paper: too little contrast: {faint}"] if faint else [])


def check(program, path):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = pathlib.Path(folder) / "report.html"
        shutil.copyfile(path, copy)
        browser = Browser(program, f"{folder}/profile")
        try:
            page = Page(browser)
            problems = [p for w in WIDTHS for t in ("light", "dark") for p in look(page, copy.as_uri(), w, t)]
            return problems + look_without_scripts(page, copy.as_uri()) + look_on_paper(page)
        finally:
            browser.close()


def main():
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        print("no Chromium here: install it, or name it in CHROMIUM")
        sys.exit(1)
    problems = check(program, sys.argv[1])
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


main()
