"""The style sheet of the rendered document: eight authors told apart in light and dark."""

from __future__ import annotations

__all__ = ["STYLE"]

_HUES = (212, 28, 140, 280, 50, 340, 180, 95)
_COLOURS = "".join(f".a{i}{{--h:{hue}}}" for i, hue in enumerate(_HUES)) + ".a8{--h:0}"

STYLE = (
    _COLOURS
    + """
:root{color-scheme:light dark;--ink:#1c1e21;--paper:#fff;--soft:#5c6370;--line:#d9dce1;--bad:#c0202b;
--tint:90%;--deep:38%}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--paper:#16181c;--soft:#9aa3af;--line:#353a42;
--bad:#ff6b74;--tint:22%;--deep:70%}}
body{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,sans-serif}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:.2rem 0}
.about,.key,small{color:var(--soft);font-weight:normal}.order{white-space:pre-wrap}
.legend{list-style:none;padding:0}.legend li{margin:.25rem 0}
.swatch{background:hsl(var(--h) 70% var(--tint));border-bottom:2px solid hsl(var(--h) 65% var(--deep));
padding:0 .35em;border-radius:3px}
section{display:grid;grid-template-columns:minmax(0,1fr) 19rem;gap:1.25rem;border-top:1px solid var(--line);
padding:.9rem 0}
.text p{white-space:pre-wrap;overflow-wrap:anywhere;margin:.4rem 0}
.text p span{border-bottom:2px solid hsl(var(--h) 65% var(--deep)/.35)}
.text p span.foreign{background:hsl(var(--h) 70% var(--tint));border-bottom-color:hsl(var(--h) 65% var(--deep))}
mark{background:none;color:inherit;outline:1px dashed var(--soft);outline-offset:1px}
sup{color:var(--soft);font-size:.7em}
.note{font-size:.85rem;line-height:1.4;border-left:4px solid hsl(var(--h) 65% var(--deep));
background:hsl(var(--h) 70% var(--tint)/.45);padding:.35rem .55rem;margin:0 0 .5rem;border-radius:4px;
overflow-wrap:anywhere}
.note.accepted,.note.resolved,.note.rejected{opacity:.65}
ins{text-decoration:none;font-weight:700;background:hsl(140 60% 50%/.22)}
del{background:hsl(0 70% 55%/.18)}
.bad{color:var(--bad)}
footer{border-top:2px solid var(--line);padding-top:.8rem}
svg{width:100%;height:auto;font:12px system-ui,sans-serif;fill:var(--ink)}
svg line{stroke:var(--line)}svg .tick{fill:var(--soft);text-anchor:middle}svg .sign{text-anchor:middle}
circle{fill:hsl(var(--h) 65% var(--deep));opacity:.75}circle.violation{fill:var(--bad);opacity:.9}
table{border-collapse:collapse;font-size:.88rem;width:100%}
td,th{text-align:left;padding:.25rem .5rem;border-bottom:1px solid var(--line);vertical-align:top;
overflow-wrap:anywhere}
tr.violation td:nth-child(3){color:var(--bad);font-weight:600}
@media(max-width:52rem){section{grid-template-columns:1fr}table{display:block;overflow-x:auto}}
"""
)
