"""Tables in Markdown, and how figures are written in them."""

from collections.abc import Iterable, Sequence

from benchmarks.throughput.figures import Figure

NOTHING = "-"
FEW, MANY, TINY = 10, 100, 1e-4


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column is text and whose others are figures."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "".join(line(cells) for cells in (head, rule, *rows))


def line(cells: Sequence[str]) -> str:
    """Return a row."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def number(value: float | None) -> str:
    """Return a number with three digits that count, or all digits where it has more before the point."""
    if value is None:
        return NOTHING
    size = abs(value)
    if size >= MANY or value == 0:
        return f"{value:,.0f}"
    if size >= FEW:
        return f"{value:.1f}"
    if size >= 1:
        return f"{value:.2f}"
    return f"{value:.3g}" if size >= TINY else f"{value:.1e}"


def median(figure: Figure | None) -> str:
    """Return the median."""
    return NOTHING if figure is None else number(figure.median)


def spread(figure: Figure | None) -> str:
    """Return the median, with the least and the largest where they differ from it."""
    if figure is None:
        return NOTHING
    if figure.least == figure.largest:
        return number(figure.median)
    return f"{number(figure.median)} ({number(figure.least)} to {number(figure.largest)})"


def times(figure: Figure | None) -> str:
    """Return a ratio, such as 280x."""
    return NOTHING if figure is None else f"{number(figure.median)}x"


def percent(figure: Figure | None) -> str:
    """Return a share in percent."""
    return NOTHING if figure is None else f"{100 * figure.median:.0f} %"
