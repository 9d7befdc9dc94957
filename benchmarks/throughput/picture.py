"""The picture: a bar for each contender, on a scale where each step is ten times the last."""

import math
from html import escape

from benchmarks.throughput.figures import figure_of, of_load
from benchmarks.throughput.records import Comparison, Contest

CLIENTS = 64
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 860, 300, 90, 56, 34
BAR, STEP = 20, 32
INK, PALE, LINE = "#1f2933", "#52606d", "#d9dee4"
COLOURS = {"straightforward": "#9aa5b1", "ceiling": "#cbd2d9"}
OURS = {"plain", "queue", "lane", "all", "workers", "logging"}
OUR_COLOUR, OTHER_COLOUR = "#2563a8", "#c08a3e"


def draw(comparison: Comparison) -> str:
    """Return an SVG with requests a second at 64 clients, on a background of its own for dark pages."""
    bars = [
        (contest, rate.median)
        for contest in comparison.contests
        if (rate := figure_of(contest, of_load("rate", CLIENTS)))
    ]
    height = TOP + STEP * len(bars) + BOTTOM
    top = max((rate for _, rate in bars), default=1)
    decades = max(1, math.ceil(math.log10(top)))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="system-ui, sans-serif" font-size="13">\n'
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>\n'
        f'<text x="20" y="30" font-size="16" font-weight="600" fill="{INK}">'
        f"Predictions a second, {CLIENTS} clients (logarithmic scale)</text>"
    )
    parts = [
        head,
        *(tick(decade, decades, height) for decade in range(decades + 1)),
        *(bar(contest, rate, decades, TOP + STEP * place) for place, (contest, rate) in enumerate(bars)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def position(rate: float, decades: int) -> float:
    """Return where a rate lies between the left end of the scale, 1, and the right one."""
    return LEFT + (WIDTH - LEFT - RIGHT) * max(0.0, math.log10(rate)) / decades if rate > 0 else LEFT


def tick(decade: int, decades: int, height: int) -> str:
    """Return a line of the scale, and its number."""
    x = position(10**decade, decades)
    return (
        f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{height - BOTTOM}" stroke="{LINE}"/>'
        f'<text x="{x:.1f}" y="{height - 12}" text-anchor="middle" fill="{PALE}">{10**decade:,}</text>'
    )


def bar(contest: Contest, rate: float, decades: int, y: int) -> str:
    """Return a contender's name, bar and figure."""
    colour = COLOURS.get(contest.key, OUR_COLOUR if contest.key in OURS else OTHER_COLOUR)
    end, middle = position(rate, decades), y + BAR - 5
    return (
        f'<text x="{LEFT - 12}" y="{middle}" text-anchor="end" fill="{INK}">{escape(contest.label)}</text>'
        f'<rect x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR}" rx="3" fill="{colour}"/>'
        f'<text x="{end + 8:.1f}" y="{middle}" fill="{INK}">{rate:,.0f}</text>'
    )
