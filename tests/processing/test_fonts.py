"""fonts: those that come along, and the operator's own."""

import logging
import struct
import unicodedata
from pathlib import Path

import pytest
from PIL import ImageFont

from processing import fonts
from processing.errors import ProcessingError
from processing.operation import Size
from processing.typesetting import Style, typeset

BASIC = ImageFont.Layout.BASIC


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The operator's folder."""
    monkeypatch.setattr(fonts, "FOLDERS", [*fonts.FOLDERS, tmp_path])
    return tmp_path


def put(folder: Path, name: str, like: str = "DejaVuSans-Bold") -> Path:
    path = folder / name
    path.write_bytes(fonts.listed()[like].read_bytes())
    return path


def characters_of(path: Path) -> set[str]:
    """Every character that a TrueType file has a glyph for, read from its table "cmap"."""
    data = path.read_bytes()
    tables = {}
    for number in range(struct.unpack(">H", data[4:6])[0]):
        tag, _, offset, _ = struct.unpack(">4sIII", data[12 + 16 * number : 28 + 16 * number])
        tables[tag] = offset
    cmap = tables[b"cmap"]
    found = set()
    for number in range(struct.unpack(">H", data[cmap + 2 : cmap + 4])[0]):
        at = cmap + 4 + 8 * number
        start = cmap + struct.unpack(">I", data[at + 4 : at + 8])[0]
        if struct.unpack(">H", data[start : start + 2])[0] == 12:
            (groups,) = struct.unpack(">I", data[start + 12 : start + 16])
            for first, last, _ in struct.iter_unpack(
                ">III", data[start + 16 : start + 16 + 12 * groups]
            ):
                found |= {chr(code) for code in range(first, last + 1)}
    return found


@pytest.mark.parametrize("name", ["DejaVuSans", "DejaVuSans-Bold"])
def test_every_letter_of_latin_greek_and_cyrillic_has_a_glyph(name: str) -> None:
    blocks = [(0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x45F), (0x1E80, 0x1EF9)]
    wanted = {
        chr(code)
        for first, last in blocks
        for code in range(first, last + 1)
        if unicodedata.category(chr(code)) != "Cn"
    } | set("“”‘’„–—…€₽№™")
    path = fonts.listed()[name]
    assert not wanted - characters_of(path)
    font = ImageFont.truetype(path, 24, layout_engine=BASIC)
    missing = bytes(font.getmask("\ufffe"))
    assert not [one for one in wanted if bytes(font.getmask(one)) == missing]


def test_what_comes_along_is_listed_with_its_licence() -> None:
    assert list(fonts.listed()) == ["DejaVuSans", "DejaVuSans-Bold"]
    assert "Bitstream Vera" in (fonts.FOLDERS[0] / "LICENSE").read_text()


def test_own_fonts_are_listed_by_file_name_in_order(own: Path) -> None:
    for name in ("zeta.TTF", "Alpha.otf", "café 2.ttf", "notes.txt", "README"):
        put(own, name)
    (own / "inner").mkdir()
    put(own / "inner", "hidden.ttf")
    assert list(fonts.listed()) == ["Alpha", "café 2", "DejaVuSans", "DejaVuSans-Bold", "zeta"]
    for name in ("ZETA", "Café 2", "dejavusans"):
        assert fonts.opened(name, 12, BASIC).getlength("a") > 0


def test_of_equal_names_the_operators_counts(own: Path) -> None:
    path = put(own, "dejavusans.ttf")
    assert fonts.file_of("DejaVuSans") == path
    first = put(own, "DejaVuSans.otf")
    assert fonts.file_of("DejaVuSans") == first


@pytest.mark.parametrize(
    "name",
    ["../DejaVuSans", "DejaVuSans.ttf", "/etc/passwd", "inner/hidden", "", ".", "*", "a" * 5000],
)
def test_a_name_never_becomes_a_path(own: Path, name: str) -> None:
    (own / "inner").mkdir()
    put(own / "inner", "hidden.ttf")
    with pytest.raises(ProcessingError) as error:
        fonts.file_of(name)
    assert (error.value.code, error.value.path) == ("unknown_font", "font")
    assert "DejaVuSans, DejaVuSans-Bold" in error.value.detail


def test_an_error_names_the_nearest_font_and_not_hundreds(own: Path) -> None:
    for number in range(60):
        (own / f"face-{number:02}.ttf").touch()
    with pytest.raises(ProcessingError) as error:
        fonts.file_of("dejavu sans bold")
    assert 'Did you mean "DejaVuSans-Bold"?' in error.value.detail
    assert "and 42 more" in error.value.detail
    assert len(error.value.detail) < 500


@pytest.mark.parametrize("content", [b"", b"not a font", "cut", "zeros"], ids=str)
def test_a_broken_file_is_refused_by_name_and_logged(
    own: Path, content: bytes | str, caplog: pytest.LogCaptureFixture
) -> None:
    whole = fonts.listed()["DejaVuSans"].read_bytes()
    damaged = {"cut": whole[:2000], "zeros": whole[:300] + bytes(len(whole) - 300)}
    path = own / "Broken.ttf"
    path.write_bytes(content if isinstance(content, bytes) else damaged[content])
    with pytest.raises(ProcessingError) as error, caplog.at_level(logging.WARNING):
        fonts.opened("broken", 20, BASIC).getbbox("a")
    assert error.value.code == "unreadable_font"
    assert error.value.path == "font"
    assert '"broken"' in error.value.detail
    assert str(path) in caplog.text
    assert str(own) not in error.value.detail


def test_a_folder_that_is_not_there_is_logged_and_no_more(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", [*fonts.FOLDERS, Path("/nowhere/at/all")])
    assert len(fonts.listed()) == 2
    assert "/nowhere/at/all" in caplog.text


def test_a_file_that_opens_and_cannot_be_measured_is_refused_likewise(
    own: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = fonts.listed()["DejaVuSans"].read_bytes()
    (own / "Broken.ttf").write_bytes(whole.replace(b"maxp", b"none", 1))
    with pytest.raises(ProcessingError) as error:
        typeset("Hxg", Style("Broken", 20, 20, "left", 0), Size(500, 500))
    assert (error.value.code, error.value.path) == ("unreadable_font", "font")
    assert "Broken.ttf" in caplog.text
