"""The look of pages that leave: the product's own, without anything to load. Logical properties only, so both directions are one sheet."""

import base64
import hashlib
from typing import Final

STYLE: Final = """
*,*::before,*::after{box-sizing:border-box}*{margin:0}
:root{color-scheme:light dark;--paper:#f8f5ef;--sheet:#fffdf9;--sunk:#efeae0;--edge:#e1d9ca;--ink:#1c2b2b;--soft:#556260;--palm:#0d5b57;
--pale:#dcebe6;--own:#0d5b57;--on-own:#fff;--copper:#a3491c;--line:1.62;--radius:1.125rem}
:root:lang(ar){--line:1.85}
@media (prefers-color-scheme:dark){:root{--paper:#0f1718;--sheet:#162122;--sunk:#1d2a2b;--edge:#283738;--ink:#e7ece8;--soft:#a3b2ae;
--palm:#7fcbbd;--pale:#1b3b39;--own:#1d4a47;--on-own:#eaf4f0;--copper:#efa277}}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{background:var(--paper);color:var(--ink);
font:400 1rem/var(--line) "Readex Pro","Segoe UI","Noto Sans Arabic",Tahoma,system-ui,sans-serif;
overflow-wrap:anywhere}
a{color:var(--palm);text-underline-offset:.2em;text-decoration-thickness:1px}
:focus-visible{outline:2px solid var(--palm);outline-offset:2px;border-radius:.4rem}
bdi{unicode-bidi:isolate}
main,header,footer,nav{inline-size:min(46rem,100%);margin-inline:auto;padding-inline:1.5rem}
header{padding-block:2.5rem 1rem}
h1{font-size:1.625rem;line-height:1.3;font-weight:480;text-wrap:balance}
.mark{display:inline-block;inline-size:2.375rem;block-size:.3rem;border-radius:1rem;background:var(--palm);margin-block-end:1rem}
.soft{color:var(--soft);font-size:.875rem}
nav{display:flex;flex-wrap:wrap;gap:.5rem;padding-block:.75rem;align-items:center}
nav a{display:inline-flex;align-items:center;min-block-size:2.75rem;padding-inline:1rem;border:1px solid var(--edge);border-radius:999px;
background:var(--sheet);text-decoration:none}
nav a:hover{border-color:var(--palm)}nav .push{margin-inline-start:auto}
ol.chats{list-style:none;padding:0;display:grid;gap:.75rem;padding-block:1rem 2rem}
ol.chats>li{background:var(--sheet);border:1px solid var(--edge);border-radius:var(--radius);padding:1rem 1.25rem}
ol.chats h2{font-size:1.0625rem;font-weight:480;line-height:1.5}ol.chats h2 a{text-decoration:none}
.pages{display:flex;flex-wrap:wrap;gap:.25rem .75rem;padding:0;list-style:none;margin-block-start:.25rem}
h2.day{display:flex;align-items:center;gap:1rem;margin-block:2.25rem 1rem;color:var(--soft);font-size:.8125rem;font-weight:400}
h2.day::before,h2.day::after{content:"";flex:1;block-size:1px;background:var(--edge)}
article{display:grid;justify-items:start;gap:.2rem;margin-block-start:1.1rem;scroll-margin-block-start:1rem;break-inside:avoid}
article.again{margin-block-start:.4rem}
article.own{justify-items:end}
.who{font-size:.8125rem;color:var(--soft);padding-inline:.35rem}.who bdi:first-child{color:var(--ink);font-weight:480}
.bubble{min-inline-size:0;max-inline-size:min(34rem,90%);padding:.55rem 1rem;background:var(--sheet);border:1px solid var(--edge);
border-radius:var(--radius);border-end-start-radius:.375rem}
.own>.bubble{background:var(--own);color:var(--on-own);border-color:transparent;border-end-start-radius:var(--radius);
border-end-end-radius:.375rem}
.assistant>.bubble{background:var(--pale);border-color:transparent}
.service{justify-items:center}.service>.bubble{background:none;border:0;color:var(--soft);font-size:.875rem;text-align:center;
padding-block:.1rem}
.text{white-space:pre-wrap;unicode-bidi:isolate;text-align:start}
.text+*,.part+*{margin-block-start:.5rem}
.own>.bubble a{color:inherit}
code,pre{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace;font-size:.875em}
pre{white-space:pre-wrap;overflow-x:auto;background:var(--sunk);padding:.75rem 1rem;border-radius:.625rem;line-height:1.5;
color:var(--ink)}
.text code{background:rgb(128 128 128/.18);padding:.1em .35em;border-radius:.3em}
.text i:dir(rtl),.text em:dir(rtl){font-style:normal;text-decoration:underline dotted}
blockquote,.reply{border-inline-start:3px solid var(--palm);padding-inline-start:.75rem;color:var(--soft);font-size:.9375rem}
.own .reply{border-color:currentColor;color:inherit;opacity:.85}
.reply{margin-block-end:.4rem;max-block-size:6.5em;overflow:hidden}
.reply a{color:inherit;text-decoration:none}
img,video{display:block;max-inline-size:100%;max-block-size:24rem;border-radius:.75rem}
audio{display:block;inline-size:min(20rem,100%)}
.file{display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:baseline}
.gone{color:var(--soft);font-style:normal}.own .gone{color:inherit;opacity:.85}
details>summary{cursor:pointer;color:var(--soft);font-size:.875rem}.own details>summary{color:inherit}
.meta{display:flex;flex-wrap:wrap;gap:.1rem .6rem;font-size:.75rem;color:var(--soft);padding-inline:.35rem;
font-variant-numeric:tabular-nums}
.reactions{display:flex;flex-wrap:wrap;gap:.25rem}
.reactions>span{border:1px solid var(--edge);background:var(--sheet);color:var(--ink);border-radius:999px;padding-inline:.55rem;
font-size:.8125rem}
.poll{list-style:none;padding:0;margin-block-start:.35rem}.poll li{display:flex;gap:1rem;justify-content:space-between;
border-block-start:1px solid var(--edge);
padding-block:.25rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem 1rem;font-size:.875rem;margin-block:.5rem 0}dt{color:var(--soft)}
footer{padding-block:3rem 2rem;color:var(--soft);font-size:.8125rem}
@media (max-width:40rem){main,header,footer,nav{padding-inline:1rem}.bubble{max-inline-size:94%}}
@media (forced-colors:active){.bubble{border:1px solid}}
@media print{:root{color-scheme:light;--paper:#fff;--sheet:#fff;--sunk:#f4f4f4;--edge:#bbb;--ink:#000;--soft:#444;--palm:#000;
--pale:#f4f4f4;--own:#eee;
--on-own:#000}nav,.mark{display:none}body{font-size:10pt}main,header,footer{inline-size:100%;padding-inline:0}article{break-inside:avoid}
a[href^="http"]::after{content:" (" attr(href) ")";font-size:.8em;unicode-bidi:isolate}details>summary{display:none}
@page{margin:18mm}}
"""
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; img-src 'self' file:; media-src 'self' file:; "
    "base-uri 'none'; form-action 'none'"
)
"""Nothing may be loaded but our own style and files beside the page ("self" does not name those of an unpacked folder)."""
