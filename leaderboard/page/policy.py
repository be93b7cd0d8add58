"""The content security policy of the page, served or written.

It allows the page's own files and nothing else: no inline script or style, no other site. Trusted
Types make the browser refuse any text that is turned into HTML, so an episode cannot become
markup even by a mistake of ours. Images may be `data:` URLs, since the images of an episode are
part of its messages; an image runs no script and fetches nothing.
"""

from __future__ import annotations

PLOT_STYLE = "sha256-Mae4Ft7CpnjrLuvLyGpxBczUiAkRsX3FcgL5OzscgFA="
"""The one `<style>` that Observable Plot puts into a chart of class `figure`."""
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    f"style-src 'self' '{PLOT_STYLE}'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
