"""Documents say what the sheet says, to every reader, in every design, on every paper and in every language."""

import itertools
import random
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from printing.printer import Printer
from printing.sheet import Form, Sheet
from rules.appearance import DESIGNS, LANGUAGES, PAPERS
from tests.printing.reading import codes_in, pages_of, picture_of, squeezed, words_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOOKS = list(itertools.product(DESIGNS, PAPERS, LANGUAGES))
SIZES = {"a4": (842, 595), "letter": (792, 612)}
LABELS = {"en": ("Issued", "15March2026", "Validuntil"), "nl": ("Uitgegeven", "15maart2026", "Geldigtot")}
NAMES = [
    "Jane Doe",
    "Ωραιοζήλη Παπαδοπούλου",
    "Ђорђе Щербаков",
    "Łukasz Żółćiński",
    "Nguyễn Thị Ánh",
    "Zoë O’Hara-Müller",
    "Efficient Fjord",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 3,
    "https://example.com/" + "0123456789" * 8,
]
HOSTILE = [
    '#import "@preview/x:1.0.0": *',
    '#panic("x") #read("/etc/passwd")',
    "$ integral_0^1 x dif x $ *bold* _it_ `raw`",
    r"\u{1F600} \ // comment /* open",
    "= Heading <label> @label ~ -- --- ...",
    "#[] #{ } #let x = 1; sys.inputs.facts",
    "<script>alert(1)</script> {{ 7 * 7 }} ${x} %s",
    '"quoted" \'single\' \\" \\\\',
]


async def no_mark(_name: str) -> bytes:
    """Nobody asks for a mark that the sheet does not name."""
    raise AssertionError


async def made(printer: Printer, sheet: Sheet, form: Form = "pdf") -> bytes:
    """A document without a mark."""
    return await printer.document(sheet, form, no_mark)


@pytest.mark.parametrize(("design", "paper", "language"), LOOKS)
async def test_the_text_of_a_pdf_is_the_data(
    printer: Printer, sheet: Sheet, design: str, paper: str, language: str
) -> None:
    wanted = replace(sheet, design=design, paper=paper, language=language)
    document = await made(printer, wanted)
    words = words_of(document)
    told = [sheet.holder, sheet.course, sheet.academy, sheet.code, "Maria Jansen", "Director of Studies", *sheet.levels]
    missing = [text for text in (*told, *LABELS[language]) if squeezed(text) not in words]
    assert missing == []
    box = pages_of(document).pages[0].mediabox
    assert (round(box.width), round(box.height)) == SIZES[paper]


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("name", [*NAMES, *HOSTILE])
async def test_a_name_stays_text_whatever_it_says(printer: Printer, sheet: Sheet, design: str, name: str) -> None:
    words = words_of(await made(printer, replace(sheet, design=design, holder=name, course=f"{name} II")))
    assert squeezed(name) in words
    assert squeezed(f"{name} II") in words


@pytest.mark.parametrize("design", DESIGNS)
async def test_what_is_set_in_small_capitals_is_read_in_its_own_letters(
    printer: Printer, sheet: Sheet, design: str
) -> None:
    level = "Classic Canary <p id=canary> 0123456789 cC sS oO vV wW xX zZ Zoë"
    words = words_of(await made(printer, replace(sheet, design=design, levels=(level, "McGregor"))))
    assert squeezed(level) in words
    assert "McGregor" in words
    assert "Certificate" in words


@pytest.mark.parametrize("design", DESIGNS)
async def test_a_pdf_tells_programs_what_it_is(printer: Printer, sheet: Sheet, design: str) -> None:
    reader = pages_of(await made(printer, replace(sheet, design=design, language="nl")))
    assert reader.metadata is not None
    assert reader.metadata.title == "Jane Doe: Web Development"
    assert reader.metadata.author == "Example Academy"
    assert reader.metadata.creation_date == sheet.issued_at
    root: Any = reader.root_object
    assert root["/Lang"] == "nl"
    assert root["/MarkInfo"]["/Marked"]
    described = root["/Metadata"].get_data()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in described
    assert b"<pdfaid:part>2</pdfaid:part>" in described
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in described


@pytest.mark.parametrize(("design", "paper", "language"), LOOKS)
async def test_the_code_in_the_picture_leads_to_the_verify_page(
    printer: Printer, sheet: Sheet, design: str, paper: str, language: str
) -> None:
    image = picture_of(await made(printer, replace(sheet, design=design, paper=paper, language=language), "png"))
    assert image.width == 2000
    assert codes_in(image) == [sheet.link]


async def test_the_picture_for_sharing_has_the_size_that_others_show(printer: Printer, sheet: Sheet) -> None:
    image = picture_of(await made(printer, sheet, "share"))
    assert image.size == (1200, 630)


@pytest.mark.parametrize("form", ["pdf", "png", "share"])
async def test_the_same_sheet_is_the_same_bytes_in_another_process(tmp_path: Path, sheet: Sheet, form: Form) -> None:
    found = []
    for place in ("one", "two"):
        printer = Printer(tmp_path / place, room=0)
        await made(printer, replace(sheet, holder=f"before {place}"), form)  # a child that has set another one already
        found.append(await made(printer, sheet, form))
        await printer.close()
    assert found[0] == found[1]


async def test_every_fact_shows(printer: Printer, sheet: Sheet) -> None:
    others = [
        replace(sheet, holder="Jane Roe"),
        replace(sheet, course="Web design"),
        replace(sheet, academy="Other Academy"),
        replace(sheet, design="modern"),
        replace(sheet, accent="#7a1e3c"),
        replace(sheet, expires_at=None),
        replace(sheet, signatory_name=None),
        replace(sheet, levels=()),
        replace(sheet, description=None),
        replace(sheet, link="https://example.org/v/TRC-ACA-26-F5N8K3"),
    ]
    documents = [await made(printer, one) for one in (sheet, *others)]
    assert len(set(documents)) == len(documents)
    assert len({printer.tag(one, "pdf") for one in (sheet, *others)}) == len(documents)


async def test_the_mark_of_an_academy_is_shown(printer: Printer, sheet: Sheet) -> None:
    picture = BytesIO()
    Image.new("RGBA", (300, 100), (200, 30, 40, 255)).save(picture, "PNG")
    asked = []

    async def mark(name: str) -> bytes:
        asked.append(name)
        return picture.getvalue()

    image = picture_of(await printer.document(replace(sheet, logo="a mark"), "png", mark)).convert("RGB")
    assert asked == ["a mark"]
    reds = [count for count, colour in image.getcolors(image.width * image.height) or [] if colour == (200, 30, 40)]
    assert sum(reds) > 10_000


LETTERS = {
    "arabic": "محمد بن عبد الله",
    "hebrew": "דוד בן־גוריון",
    "chinese": "王小明",
    "korean": "김민수",
    "devanagari": "नरेंद्र कुमार",
    "georgian": "გიორგი",
    "emoji": "😀 👩‍👩‍👧",
    "marks": "Z" + "\u0301\u0316\u0489" * 60,
    "turned": "\u202eenaJ\u202c \u2067x\u2069",
    "nothing that a font has": "\U0001f8b5\ufffe\U000f0000 x",
    "long": "W" * 200,
    "words": "Maximiliane " * 16,
}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("name", LETTERS.values(), ids=LETTERS.keys())
@pytest.mark.parametrize("form", ["pdf", "png", "share"])
async def test_any_name_gives_a_document_of_one_page(
    printer: Printer, sheet: Sheet, design: str, name: str, form: Form
) -> None:
    wanted = replace(sheet, design=design, holder=name, course=name, academy=name, signatory_name=name, levels=(name,))
    document = await made(printer, wanted, form)
    if form == "pdf":
        assert len(pages_of(document).pages) == 1
        assert sheet.code in words_of(document)
    elif form == "png":
        assert codes_in(picture_of(document)) == [sheet.link]


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("paper", PAPERS)
async def test_the_longest_text_stays_within_the_margins(
    printer: Printer, sheet: Sheet, design: str, paper: str
) -> None:
    chance = random.Random(5)  # noqa: S311  # no secret: the same words in each run
    words = [
        " ".join("".join(chance.choices("aeilmnorst", k=chance.randint(2, 60))) for _ in range(60)) for _ in range(6)
    ]
    longest = [text[:200] for text in words]
    wanted = replace(sheet, design=design, paper=paper)
    empty = picture_of(await made(printer, wanted, "png")).convert("L")
    full = replace(
        wanted,
        holder=longest[0],
        course=longest[1],
        academy=longest[2],
        signatory_name=longest[3],
        signatory_title=longest[4],
        levels=("EQF 8", "NLQF 8", longest[5]),
        description=" ".join(words),
    )
    changed = ImageChops.difference(empty, picture_of(await made(printer, full, "png")).convert("L"))
    left, top, right, bottom = changed.getbbox() or (0, 0, 0, 0)
    margin = 2000 * 15 / 297  # 15 mm: within the border of the classic design
    assert min(left, top, empty.width - right, empty.height - bottom) > margin


@pytest.mark.parametrize("design", DESIGNS)
async def test_marks_piled_on_a_letter_end_near_it(printer: Printer, sheet: Sheet, design: str) -> None:
    wanted = replace(sheet, design=design)
    plain = picture_of(await made(printer, wanted, "png")).convert("L")
    piled = replace(wanted, holder="J\u0316\u0301" * 3 + "\u0316\u0301" * 90 + "ane Doe")
    changed = ImageChops.difference(plain, picture_of(await made(printer, piled, "png")).convert("L"))
    _left, top, _right, bottom = changed.getbbox() or (0, 0, 0, 0)
    assert top > plain.height * 0.15
    assert bottom < plain.height * 0.75


@pytest.mark.parametrize("form", ["png", "share"])
async def test_a_name_cannot_be_turned_around(printer: Printer, sheet: Sheet, form: Form) -> None:
    turned = replace(sheet, holder="\u202eJane\u202c \u2067Doe\u2069")
    assert await made(printer, turned, form) == await made(printer, sheet, form)
