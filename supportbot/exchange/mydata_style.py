"""How the page of a person's export looks: on a screen, on a phone, in the dark, on paper."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ink: #1d2329; --paper: #fdfdfb; --soft: #56616b; --line: #cfd6dc; --tint: #eef2f5;
  --link: #1f5f99; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --paper: #16191d; --soft: #a9b3bc; --line: #3a434c; --tint: #20262c; --link: #8dc1f0; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: break-word; }
bdi { overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; }
p { max-width: 44rem; margin: .5rem 0; }
a { color: var(--link); }
small, .aside { color: var(--soft); font-size: .875rem; }
ul { margin: .25rem 0; padding-inline-start: 1.25rem; }
td ul, .aside { list-style: none; padding: 0; margin: 0; }
.care { border-inline-start: .25rem solid var(--line); padding: .25rem .75rem; background: var(--tint); }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; }
caption { text-align: start; color: var(--soft); font-size: .875rem; padding-bottom: .25rem; }
th, td { border: 1px solid var(--line); padding: .4rem .6rem; text-align: start; vertical-align: top; }
th { background: var(--tint); font-weight: 600; }
.name { display: none; }
@media screen and (max-width: 48rem) {
  table, caption, tbody, tr, td { display: block; }
  thead { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { border: 1px solid var(--line); margin: 0 0 .75rem; }
  td { border: 0; border-bottom: 1px solid var(--line); }
  td:last-child { border-bottom: 0; }
  td.empty { display: none; }
  .name { display: block; font-weight: 600; font-size: .875rem; color: var(--soft); }
}
@media print {
  :root { color-scheme: light; --ink: #000; --paper: #fff; --soft: #333; --line: #999; --tint: #fff; --link: #000; }
  main { max-width: none; padding: 0; }
  body, .aside, small { font-size: 9pt; }
  h2 { break-after: avoid; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
}
"""
