"""The documentation: its snippets are the code, its links lead somewhere, and both languages say the same."""

import re
from pathlib import Path

import pytest

from scripts.snippets import SNIPPET, fill_snippets, symbol_in
from scripts.write_docs import pages
from web_single.config import CHECKOUT

PAGES = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])
TWO_LANGUAGES = [("README.md", "README.ko.md"), ("docs/tutorial.md", "docs/tutorial.ko.md")]
BLOCK = re.compile(r"^```\w*\n.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]*)(#[^)\s]*)?\)")


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", page.read_text()), re.MULTILINE)
    return {"#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_what_the_documentation_takes_from_the_code_is_up_to_date(path: Path) -> None:
    assert path.read_text() == pages()[path], "run `make docs`"


def test_a_snippet_is_filled_from_the_file_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("X = 1\n\n\nclass A:\n    @staticmethod\n    def f() -> int:\n        return X\n")
    snippet = "<!-- code.py: A.f -->\n```python\nold\n```\n\n"
    page = f"Before.\n\n{snippet}[Between](x).\n\n{snippet}After.\n"
    filled = fill_snippets(page, tmp_path)
    assert "[Between](x)." in filled
    assert "```python\n@staticmethod\ndef f() -> int:\n    return X\n```\n\nAfter." in filled
    assert fill_snippets(filled, tmp_path) == filled
    assert symbol_in((tmp_path / "code.py").read_text(), "X") == "X = 1"


@pytest.mark.parametrize("page", [CHECKOUT / "docs/tutorial.md", CHECKOUT / "docs/tutorial.ko.md"])
def test_no_code_of_a_tutorial_is_written_by_hand(page: Path) -> None:
    text = page.read_text()
    assert "```python" in text
    assert "```python" not in SNIPPET.sub("", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_links_lead_to_files_and_headings_that_there_are(page: Path) -> None:
    for target, anchor in LINK.findall(BLOCK.sub("", page.read_text())):
        if target.startswith("http"):
            continue
        linked = page.parent / target if target else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), f"{target}{anchor}"


@pytest.mark.parametrize(("english", "korean"), TWO_LANGUAGES)
def test_both_languages_say_the_same(english: str, korean: str) -> None:
    pair = [(CHECKOUT / name).read_text() for name in (english, korean)]
    assert Path(korean).name in pair[0].splitlines()[0]
    assert Path(english).name in pair[1].splitlines()[0]
    for shape in (BLOCK, re.compile(r"^#+ ", re.MULTILINE), re.compile(r"^\|", re.MULTILINE)):
        found = [shape.findall(text) for text in pair]
        assert found[0] == found[1]
    links = [sorted({target.replace(".ko.md", ".md") for target, _ in LINK.findall(text)}) for text in pair]
    assert links[0] == links[1]
