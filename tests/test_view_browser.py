"""The page in a real browser: views load, filter, sort and step; hostile texts stay texts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import picturing
import viewing
from palestra.envs.core import image

webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs Chromium and its driver (chromium-driver)"
    ),
]
PATIENCE = 60.0
VIEWS = ("board", "compare", "cost", "curves", "episodes", "environments")


class Browser:
    """Chromium at the page, and what is asked of it."""

    def __init__(self, driver: Any, address: str) -> None:
        self.driver, self.address = driver, address

    def go(self, place: str) -> None:
        self.driver.get("about:blank")
        self.driver.get(self.address + place)
        self.until(lambda: self.texts("main h1"), f"{place} shows no heading")

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements("css selector", selector)

    def click(self, selector: str, index: int = 0) -> None:
        element = self.all(selector)[index]
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
        return self.driver.execute_script(script, selector)

    def js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def until(self, true: Callable[[], Any], otherwise: str) -> Any:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := true():
                return found
            time.sleep(0.05)
        raise AssertionError(f"{otherwise}: {self.texts('main')[0][:500]}")

    def problems(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def look(self, width: int, scheme: str = "light") -> None:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("browser")
    viewing.filled(folder / "board.duckdb")
    viewing.seated(folder / "board.duckdb")
    viewing.thoughtful(folder / "board.duckdb")
    drawn = image(picturing.draw(picturing.grid_of(1)))
    viewing.pictured(folder / "board.duckdb", drawn)
    viewing.run_folder(folder / "runs", "first")
    viewing.run_folder(folder / "runs", "second")
    program = [sys.executable, "-P", "-m", "palestra", "view", "--db", "board.duckdb"]
    with subprocess.Popen(
        [*program, "--no-browser", "--port", "0"], cwd=folder, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stderr
            said = server.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/", said)
            assert found, said
            yield found[0]
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (
        *("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run"),
        *("disable-background-networking", "disable-component-update", "disable-sync"),
        f"user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: Any, address: str) -> Iterator[Browser]:
    browser = Browser(chromium, address)
    browser.problems()
    browser.look(1280)
    yield browser
    assert browser.problems() == []


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_loads_at_every_width_in_light_and_dark(
    browser: Browser, view: str, width: int
) -> None:
    for scheme in ("light", "dark"):
        browser.look(width, scheme)
        browser.go(f"#/{view}")
        browser.until(lambda: browser.all("main table, main .chart svg"), "nothing is shown")
        assert len(browser.all("h1")) == len(browser.all("main")) == len(browser.all("header")) == 1
        current = browser.all("nav a[aria-current=page]")
        assert [link.get_attribute("href").partition("#/")[2] for link in current] == [view]
        assert browser.js("return document.documentElement.scrollWidth <= innerWidth")
        ground = browser.js("return getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 200) == (scheme == "dark")


def test_the_board_filters_sorts_and_draws_every_interval(browser: Browser) -> None:
    browser.go("#/board")
    assert len(browser.all("svg.whisker .dot")) == len(browser.all("tbody tr th a")) == 19
    assert browser.all("svg.whisker .ring")  # both ends of the bracket
    select = browser.all("select[name=run]")[0]
    browser.js("arguments[0].value = 'thrice'", select)
    browser.js("arguments[0].dispatchEvent(new Event('change'))", select)
    assert browser.texts("main h2") == ["test/Guess-v0 · test · run thrice"]
    assert "run=thrice" in browser.driver.current_url
    names = browser.texts("tbody th a")
    browser.click("button[data-sort=mean]")
    assert browser.texts("tbody th a") == names  # best first, as ranked
    browser.click("button[data-sort=mean]")
    assert browser.texts("tbody th a") == names[::-1]
    assert browser.texts("th[aria-sort=ascending] .words") == ["success"]
    assert browser.js("return document.activeElement.dataset.sort") == "mean"
    browser.driver.refresh()  # the address holds it all
    browser.until(lambda: browser.texts("tbody th a") == names[::-1], "the order is lost")
    browser.all("input[name=agent]")[0].send_keys("OPENAI")
    browser.until(lambda: len(browser.texts("tbody th a")) == 2, "the agent is no filter")


def test_pairs_are_filled_in_and_told_in_words(browser: Browser) -> None:
    browser.go("#/compare")
    browser.until(lambda: len(browser.all(".pair button")) == 20, "pairs are missing")
    browser.until(
        lambda: "corrected by Holm over all" in browser.texts("main")[0], "nothing is corrected"
    )
    browser.click(".pair.better button")
    said = browser.texts(".detail")[0]
    assert "oracle 1.000 against openai/large" in said
    assert "over 40 common tasks" in said
    assert "after Holm over 10 comparisons): better." in said


def test_costs_and_curves_are_drawn_by_the_library(browser: Browser) -> None:
    browser.go("#/cost?by=tokens")
    browser.until(lambda: len(browser.all(".chart [aria-label=dot] circle")) == 5, "no dots")
    browser.go("#/curves")
    browser.until(lambda: len(browser.all(".chart svg")) == 3, "no curves")
    assert "reward by step: first from" in browser.all(".chart svg")[0].get_attribute("aria-label")
    browser.click(".check input")
    browser.until(lambda: "first" not in browser.texts("main")[0].partition("Runs")[2][7:], "stays")


def test_episodes_are_found_opened_and_stepped_through(browser: Browser) -> None:
    browser.go("#/episodes?environment=test/Guess-v0&run=")
    assert browser.texts("main .about") == ["200 episodes"]
    browser.click(".pager button", 2)
    browser.until(lambda: browser.texts(".pager span") == ["page 2 of 4"], "no second page")
    browser.click("button[data-sort=headline]")
    browser.until(lambda: browser.texts(".pager span") == ["page 1 of 4"], "sorting stays")
    assert browser.texts("tbody tr:first-child td strong") == ["1.000"]
    browser.click("tbody th a")
    browser.until(lambda: len(browser.all(".step")) == 6, "no episode")
    press = browser.all("body")[0].send_keys
    press("j")
    press("j")
    press("j")
    press("k")
    assert browser.texts(".counter") == ["step 2 of 6"]
    assert browser.driver.current_url.endswith("step=2")
    assert browser.js("return document.activeElement.matches('.step.current.user')")
    assert "answer" in browser.texts(".call code")[1]
    assert "[null, " in "".join(browser.texts(".effect"))
    shared = browser.driver.current_url
    browser.driver.get("about:blank")
    browser.driver.get(shared)
    browser.until(lambda: browser.texts(".counter") == ["step 2 of 6"], "the link forgets")
    browser.driver.back()


def test_an_episode_of_a_team_is_read_seat_by_seat(browser: Browser) -> None:
    browser.go(f"#/episode/{viewing.key_of('seated')}")
    browser.until(lambda: len(browser.all(".step")) == 10, "no episode")
    assert browser.texts("select[aria-label=Seat] option") == ["All seats", "writer_0", "writer_1"]
    shown = "return [...document.querySelectorAll('.step')].filter((s) => s.offsetParent).length"
    assert browser.js(shown) == 10
    for seat, other in (("writer_1", "writer_0"), ("writer_0", "writer_1")):
        _choose_seat(browser, seat)
        assert browser.js(shown) == 5
        visible = browser.all("main")[0].text  # as a person sees it
        assert f"{seat} in turn 2" in visible
        assert f"{other} in turn" not in visible
        assert browser.all(".step:not([hidden]) .turn")
    press = browser.all("body")[0].send_keys
    for step in (1, 3, 4, 7):  # those of the other seat are passed over
        press("j")
        assert browser.texts(".counter") == [f"step {step} of 10"]
        assert browser.js("return document.activeElement.dataset.seat") == "writer_0"
    press("k")
    assert browser.texts(".counter") == ["step 4 of 10"]
    _choose_seat(browser, "")
    assert browser.js(shown) == 10
    press("j")
    assert browser.texts(".counter") == ["step 5 of 10"]


@pytest.mark.parametrize("width", [1400, 390])
def test_thoughts_are_folded_and_opened_by_key(browser: Browser, width: int) -> None:
    browser.look(width)
    browser.go(f"#/episode/{viewing.key_of('thoughtful')}")
    browser.until(lambda: len(browser.all(".step")) == 5, "no episode")
    folded = browser.all(".step details.thoughts")
    assert browser.texts("details.thoughts > summary") == [
        f"Thought, not said: {len(viewing.THOUGHT)} characters",
        f"Thought, not said: {len(viewing.HOSTILE['html'])} characters",
    ]
    assert viewing.THOUGHT.strip() not in browser.all("main")[0].text
    assert not browser.texts("details.origin .text")  # written out once it is opened
    browser.js("arguments[0].querySelector('summary').focus()", folded[0])
    browser.driver.switch_to.active_element.send_keys("\n")
    browser.until(lambda: viewing.THOUGHT.strip() in browser.all("main")[0].text, "not opened")
    assert browser.texts("details.thoughts details.origin > summary") == ["As the provider sent it"]
    assert len(browser.all("details.origin")) == 2  # one of them stands alone
    browser.js("arguments[0].querySelector('.origin > summary').focus()", folded[0])
    browser.driver.switch_to.active_element.send_keys("\n")
    browser.until(lambda: '"signature": "c2ln"' in browser.all("main")[0].text, "not opened")
    assert "broken in" not in browser.driver.title
    assert browser.js("return document.documentElement.scrollWidth <= innerWidth")


def test_an_episode_of_one_seat_has_no_filter_for_it(browser: Browser) -> None:
    browser.go(f"#/episode/{viewing.key_of('html')}")
    browser.until(lambda: browser.all(".step"), "no episode")
    assert not browser.all("select[aria-label=Seat]")


def _choose_seat(browser: Browser, seat: str) -> None:
    select = browser.all("select[aria-label=Seat]")[0]
    browser.js("arguments[0].value = arguments[1]", select, seat)
    browser.js("arguments[0].dispatchEvent(new Event('change'))", select)


@pytest.mark.parametrize("name", viewing.HOSTILE)
def test_hostile_texts_are_shown_and_nothing_runs(browser: Browser, name: str) -> None:
    browser.go(f"#/episode/{viewing.key_of(name)}")
    browser.until(lambda: len(browser.all(".step")) == 3, "no episode")
    text = viewing.HOSTILE[name]
    shown = browser.texts(".step .text")[0]
    assert "broken in" not in browser.driver.title
    assert (
        browser.js("return document.querySelectorAll('main :is(img, script, iframe, b, i)').length")
        == 0
    )
    assert browser.js("return [...document.links].every((a) => a.protocol === 'http:')")
    unseen = re.compile(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
    )
    whole = browser.js("return document.documentElement.outerHTML")
    assert not unseen.search(whole)
    assert not re.search(r"[\U000e0000-\U000e007f]", whole)
    if name in ("html", "script", "attribute", "link"):
        assert shown == text
    elif name == "huge":
        assert len(shown) < 10_000
        browser.click(".step .more")
        browser.until(lambda: browser.texts(".step .text")[0] == text, "not all is shown")
    else:
        assert browser.all(".step .unseen")


@pytest.mark.parametrize("width", [1280, 360])
def test_images_are_shown_with_a_description_and_nothing_else_is(
    browser: Browser, width: int
) -> None:
    browser.look(width)
    browser.go(f"#/episode/{viewing.key_of('pictured')}")
    browser.until(lambda: len(browser.all(".step")) == 5, "no episode")
    images = "[...document.querySelectorAll('main img')]"
    assert len(browser.all("main img")) == len(browser.all(".step.user img, .step.tool img")) == 2
    for element in browser.all("main img"):
        browser.js("arguments[0].scrollIntoView()", element)
    loaded = f"return {images}.every((e) => e.complete && e.naturalWidth === 32)"
    browser.until(lambda: browser.js(loaded), "an image is not shown")
    about = browser.js(f"return {images}.map((e) => e.alt)")
    assert about == ["Image 1 of this user message, PNG", "Image 1 of this tool message, PNG"]
    assert len([t for t in browser.texts(".step .problem") if "is not shown" in t]) == 6
    assert "broken in" not in browser.driver.title
    assert browser.js("return document.documentElement.scrollWidth <= innerWidth")


def test_the_browser_itself_refuses_html_and_other_sites(browser: Browser) -> None:
    browser.go("#/board")
    refused = """
        try { document.body.innerHTML = "<b>x</b>"; return "made"; }
        catch (error) { return error.name; }
    """
    assert browser.js(refused) == "TypeError"
    other = "const [done] = arguments; fetch('http://example.invalid/').catch((e) => done(e.name))"
    assert browser.driver.execute_async_script(other) == "TypeError"
    assert all("Content Security Policy" in m or "TrustedHTML" in m for m in browser.problems())


def test_a_static_site_works_from_any_web_server(chromium: Any, tmp_path: Path) -> None:
    viewing.filled(tmp_path / "board.duckdb", tasks=4)
    program = [sys.executable, "-P", "-m"]
    view = ["palestra", "view", "--db", "board.duckdb", "--export", "site"]
    subprocess.run([*program, *view], cwd=tmp_path, check=True, capture_output=True)
    serve = ["http.server", "0", "--bind", "127.0.0.1", "-d", "site"]
    with subprocess.Popen(
        [sys.executable, "-u", *program[1:], *serve],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout
            port = re.search(r"port (\d+)", server.stdout.readline())
            assert port
            browser = Browser(chromium, f"http://127.0.0.1:{port[1]}/")
            browser.problems()
            for view in VIEWS:
                browser.go(f"#/{view}")
            browser.go("#/episodes?task=test/3&agent=random&sort=task")
            assert browser.texts("main .about") == ["5 episodes"]
            browser.click("tbody th a")
            browser.until(lambda: len(browser.all(".step")) == 6, "no episode")
            assert browser.problems() == []
        finally:
            server.terminate()
