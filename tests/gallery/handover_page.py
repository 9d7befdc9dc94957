"""The tables of docs/handover.md: what the gallery's run found, between marks."""

from tests.gallery import comparison
from tests.gallery.refusals import Refusal
from tests.gallery.style import Style
from tests.gallery.visit import Refused, Visit
from web_single.config import CHECKOUT

PAGE = CHECKOUT / "docs/handover.md"
STYLES_HEAD = "| style | what it is | served | answers compared | differing |\n|---|---|---|---|---|\n"
REFUSALS_HEAD = "| delivery | what is wrong | what the server says |\n|---|---|---|\n"


def row_of_style(style: Style, visit: Visit | None) -> str:
    """Return the row of a style; without a visit it could not be served."""
    start = f"| [`{style}`](../tests/delivery/{style}/model.py) | {style.what} |"
    if visit is None:
        return f"{start} no | | |\n"
    made = visit.model.get("environment", {}).get("origin") == "made"
    served = "yes, in an environment of its own" if made else "yes"
    return f"{start} {served} | {comparison.count(visit)} | {len(comparison.differing(visit))} |\n"


def row_of_refusal(refusal: Refusal, refused: Refused) -> str:
    """Return the row of what cannot be served."""
    sentence = refused.told.replace("web-single: ", "").replace("\n", "<br>")
    return f"| `{refusal}` | {refusal.what} | {sentence.replace('|', '&#124;')} |\n"


def read_table(name: str) -> str:
    """Return what stands between the marks of this name."""
    return PAGE.read_text().split(f"<!-- {name}: begin -->\n")[1].split(f"<!-- {name}: end -->")[0]


def write_table(name: str, table: str) -> None:
    """Put a table between the marks of this name."""
    old = read_table(name)
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    PAGE.write_text(PAGE.read_text().replace(begin + old + end, begin + table + end))
