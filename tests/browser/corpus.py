"""What a stranger may write where a name is asked for, each line made to do something that text must not do.

Markup and script that come alive set `window.canary` or leave an element that is called canary; what is written for
spreadsheets, templates and typst would compute 49 out of 7 times 7.
"""

# ruff: noqa: RUF001  # letters that look like others are what some lines are about

LONGEST_LINE = 200

MARKUP = (
    "<canary id=canary>Jane</canary>",
    "<b id='canary'>Jane</b><!-- ",
    "&lt;canary id=canary&gt; &amp;lt; &#60;i id=canary&#62;",
    "</title></style></textarea></noscript></template><p id=canary>",
    "</dd></dl></main></body></html><main id=canary>",
    "<![CDATA[<p id=canary>]]><?php echo 1 ?><!DOCTYPE canary>",
    "<base href=//canary.example.org/><meta http-equiv=refresh content=0;url=//canary.example.org>",
    "<form id=canary action=//canary.example.org><button>Jane",
    "<link rel=stylesheet href=//canary.example.org/x.css><style>*{display:none}</style>",
)
SCRIPT = (
    "<script>canary=1</script>",
    "<SCRIPT/id=canary src=//canary.example.org></SCRIPT>",
    "<img id=canary src=//canary.example.org/x onerror=canary=1>",
    "<svg id=canary onload=canary=1><animate onbegin=canary=1 attributeName=x dur=1s>",
    "<iframe id=canary srcdoc='<script>parent.canary=1</script>'></iframe>",
    "<details open id=canary ontoggle=canary=1>",
    "<math><mtext><table><mglyph><style><img src=x onerror=canary=1 id=canary>",
    "javascript:canary=1//https://example.com",
    "data:text/html,<script>opener.canary=1</script>",
)
ATTRIBUTES = (
    '" autofocus onfocus=canary=1 id=canary x="',
    "' autofocus onfocus=canary=1 id=canary x='",
    "x onmouseover=canary=1 id=canary",
    '"><img id=canary src=x onerror=canary=1>',
    "'><img id=canary src=x onerror=canary=1>",
    "` onload=`canary=1` \\\" \\' \\",
    '\u2028"+(canary=1)+"\u2029',
)
DOCUMENTS = (
    "</script><script>canary=1</script>",
    '<!--<script>"}]}</script><p id=canary>',
    '","url":"https://canary.example.org","x":"',
    "\\u003cscript\\u003ecanary=1\\u003c/script\\u003e",
    ']]></name><canary id="canary"/>',
)
TEMPLATES = (
    "{{ 7*7 }} {% raw %} {# canary #} ${7*7} #{7*7} <%= 7*7 %>",
    "{{ cycler.__init__.__globals__.os.popen('id') }}",
    "{name} {0} {0.__class__} {holder!r:>99} %s %(name)s %n $name ${name}",
    "{% for x in range(99999999) %}x{% endfor %}",
)
TYPST = (
    '#panic("canary") #{7*7} #(7*7)',
    '#read("/etc/passwd") #include "/etc/hostname" #image("canary.png")',
    "*bold* _italic_ `raw` $x^2$ <label> @reference = Heading // gone",
    '#import "@preview/canary:1.0.0" #eval("7*7") #link("https://canary.example.org")[Jane]',
    "- one + two / three: four -- --- ... ~ \\ \\u{41} \\#",
    '] #text(fill: white)[ ) } " \\" #while true {}',
)
SHEETS = ("=7*7", "+7*7", "-7*7", "@SUM(7*7)", '=HYPERLINK("https://canary.example.org","Jane")', "=cmd|' /C calc'!A0")
HEADERS = (
    "Jane =?utf-8?q?=0D=0ABcc:_canary@example.org?= Doe",
    'Jane <canary@example.org>, "Bcc: canary@example.org"',
    "Jane%0D%0ASet-Cookie:%20canary=1%0D%0A%0D%0A<p id=canary>",
    "Jane\\r\\nBcc: canary@example.org\\r\\n\\r\\ncanary",
)
WRITING = (
    "شارة محمد العربي",
    "שרה כהן Sarah 2026",
    "Jane \u202eeoD enaJ\u202c Doe",
    "Jane \u2066\u202eelif\u2069.pdf \u200f\u200e\u061c",
    "Unclosed \u202e\u202b\u2067 overrides",
    "Ζωή Παπαδοπούλου · Олександра Шевченко",
    "Jаnе Dое (Cyrillic) Ｊane ℐane 𝕁ane",
    "👩🏽‍🎓🇳🇱 Zoë 🏴󠁧󠁢󠁥󠁮󠁧󠁿 Ⅷ ﬁ ½",
    "Z̸̢̛̬͇̘͌͒͐a̵̡̱̾̈́͝l̷̛̲̈́g̴̟̎͝o̴̬͊ " + "e" + "\u0301" * 60,
    "田中 花子 דנה ก็ำ ஸ்ரீ ක්‍ර ̈",
    "Jane\u00a0Doe\u200b\u200d\ufeff\u2060 \U000e0041\ufffe\U0010fffd",
)
LONG = (
    "Nebuchadnezzar" * 14,
    "W" * LONGEST_LINE,
    "Jane Doe and " * 15,
    "https://example.com/" + "a" * 180,
    "ﷺ" * 60 + "𒐫" * 60 + "꧅" * 60,
    "'\"<&>" * 40,
    "م" * LONGEST_LINE,
)

LINES = (
    *MARKUP,
    *SCRIPT,
    *ATTRIBUTES,
    *DOCUMENTS,
    *TEMPLATES,
    *TYPST,
    *SHEETS,
    *HEADERS,
    *WRITING,
    *LONG,
)
