"""Search for estimators and feature names nested in an artifact, such as a dictionary, tuple or custom object."""

from web_single_runner.introspection.estimator import count_of

MOST_LEVELS = 3
MOST_PARTS = 200
WORDS = ("feature", "column", "cols", "names", "inputs")


def parts_of(value):
    """Yield (name, value) for dictionary items and object attributes, (None, value) for sequence items."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, (list, tuple)):
        yield from ((None, part) for part in value[:MOST_PARTS])
    elif hasattr(value, "__dict__") and not isinstance(value, type):
        yield from vars(value).items()


def estimators_in(model, levels=MOST_LEVELS):
    """Return the outermost fitted estimators nested in this model, up to `levels` deep."""
    if levels == 0 or isinstance(model, (str, bytes)):
        return []
    found = []
    for _, part in parts_of(model):
        if count_of(part) is not None:
            found.append(part)
        else:
            found += estimators_in(part, levels - 1)
    return found[:MOST_PARTS]


def name_lists_in(model):
    """Return the lists of texts stored under a name such as `features` or `columns`, without duplicates."""
    lists = []
    for name, value in parts_of(model):
        part = value.tolist() if hasattr(value, "tolist") else value
        is_named = isinstance(name, str) and any(word in name.lower() for word in WORDS)
        if is_named and isinstance(part, (list, tuple)) and part and all(isinstance(each, str) for each in part):
            lists.append(list(dict.fromkeys(part)))
    return lists
