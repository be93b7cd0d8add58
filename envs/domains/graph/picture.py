"""A tool graph as a picture: SVG, laid out by networkx."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

__all__ = ["draw"]

_WIDE, _HIGH, _EDGE = 960, 720, 90
_STYLE = """
svg { background: #ffffff; font: 12px system-ui, sans-serif; }
line { stroke: #9aa5b1; stroke-width: 1; marker-end: url(#tip); }
circle { stroke: #1f2933; stroke-width: 1; }
.read { fill: #8ecae6; } .write { fill: #f4a261; } text { fill: #1f2933; }
@media (prefers-color-scheme: dark) {
  svg { background: #111418; } text { fill: #e4e7eb; } line { stroke: #52606d; }
}"""


def draw(
    names: Sequence[str], effects: Mapping[str, str], edges: Sequence[tuple[int, int]], title: str
) -> str:
    """The graph as SVG text: readers blue, writers orange, an arrow where an output fits an input.

    Args:
        names: the tools.
        effects: `read` or `write`, by tool.
        edges: pairs of tools, by number.
        title: the picture's heading.
    """
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(range(len(names)))
    graph.add_edges_from(edges)
    place = networkx.spring_layout(graph, seed=0, k=2.2 / max(1, len(names)) ** 0.5)
    at = {
        node: (
            round(_WIDE / 2 + float(x) * (_WIDE / 2 - _EDGE), 1),
            round(_HIGH / 2 + float(y) * (_HIGH / 2 - _EDGE / 2), 1),
        )
        for node, (x, y) in place.items()
    }
    lines = []
    for first, second in edges:
        (x1, y1), (x2, y2) = at[first], at[second]
        long = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1e-9)
        x2, y2 = x2 - 9 * (x2 - x1) / long, y2 - 9 * (y2 - y1) / long
        lines.append(f'<line x1="{x1}" y1="{y1}" x2="{x2:.1f}" y2="{y2:.1f}"/>')
    for number, name in enumerate(names):
        x, y = at[number]
        kind = "write" if effects.get(name) == "write" else "read"
        lines.append(
            f'<circle cx="{x}" cy="{y}" r="7" class="{kind}"/>'
            f'<text x="{x}" y="{y - 11}" text-anchor="middle">{escape(name)}</text>'
        )
    body = "\n".join(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}\n</style>\n"
        '<defs><marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" '
        'markerHeight="6" orient="auto"><path d="M0 0 6 3 0 6z" fill="#9aa5b1"/></marker></defs>\n'
        f'<text x="16" y="24" font-size="16">{escape(title)}</text>\n{body}\n</svg>\n'
    )
