"""The page: a leaderboard file in a browser, served or as a static site.

from palestra.leaderboard.page import Page, export
page = Page("palestra.duckdb", pairwise=paired, family=family, runs="runs")
export(page, "site")    # or: uvicorn.run(server.app(page)), which needs the extra `web`

`Page` answers questions and knows no web; `server` gives the answers over HTTP, `site` writes the
same answers as files; `static/` is what runs in the browser and cannot tell the two apart.
"""

from .page import Card, Page
from .site import export

__all__ = ["Card", "Page", "export"]
