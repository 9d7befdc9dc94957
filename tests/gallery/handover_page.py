"""The tables of docs/handover.md: what the gallery's run found, between marks."""

from tests.gallery import comparison
from tests.gallery.refusals import Refusal
from tests.gallery.style import Style
from tests.gallery.visit import Refused, Visit
from web_single.config import CHECKOUT

PAGE = CHECKOUT / "docs/handover.md"
STYLES_HEAD = "| style | what it is | served | answers compared | differing | compiled |\n|---|---|---|---|---|---|\n"
REFUSALS_HEAD = "| delivery | what is wrong | what the server says |\n|---|---|---|\n"


def row_of_style(style: Style, visit: Visit | None) -> str:
    """Return the row of a style; without a visit it could not be served."""
    start = f"| [`{style}`](../tests/delivery/{style}/model.py) | {style.what} |"
    if visit is None:
        return f"{start} no | | | |\n"
    made = visit.model.get("environment", {}).get("origin") == "built"
    served = "yes, in an environment of its own" if made else "yes"
    visits = [visit, *([visit.compiled] if visit.compiled is not None else [])]
    compared, differing = sum(map(comparison.count, visits)), sum(len(comparison.differing(each)) for each in visits)
    return f"{start} {served} | {compared} | {differing} | {compiled(visit)} |\n"


def compiled(visit: Visit) -> str:
    """Return what is compiled of a style, and by what; or why nothing is."""
    if visit.compiled is None:
        return f"no: {visit.refusal}".replace("|", "&#124;")
    told = visit.compiled.model["compiled"]
    return f"{' and '.join(told['answers'])}, by {' and '.join(told['engines'])}"


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
