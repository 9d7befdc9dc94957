"""Row operations: abstract return values of numpy, pandas and estimator calls for the row-wise analysis."""

TABLE = "table"  # one row or entry for each row of X, in the order of X
COLUMN = "column"  # a one-dimensional TABLE
FLAT = "flat"  # the values of a TABLE in its order, in another shape
LIST = "list"  # the values of a TABLE in its order; `*` repeats a list, and `+` joins two
OUTPUT = "output"  # of `transform`: a TABLE, or a sparse matrix, whose operators are matrix operators
ROWS = (TABLE, COLUMN, FLAT, LIST, OUTPUT)

ESTIMATOR_METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "score_samples", "transform")
CONVERSIONS = ("asarray", "array", "ascontiguousarray", "DataFrame")
ELEMENTWISE = (
    *("exp", "expm1", "log", "log1p", "sqrt", "square", "abs", "absolute", "sign", "floor", "ceil", "rint", "isnan"),
    *("round", "around", "clip", "maximum", "minimum", "where"),
)
ELEMENTWISE_METHODS = {"round": ("decimals",), "clip": ("lower", "upper", "min", "max"), "fillna": ("value",)}
MAX_ARGUMENTS = {"round": 1, "clip": 2, "fillna": 1}  # further arguments are methods, axes and outputs
REDUCTIONS = ("argmax", "argmin", "max", "min", "sum", "mean")
SCALARS = (int, float, str, bool, type(None))
PLAIN_TYPES = (int, float, str, bool, object, "int", "int32", "int64", "float", "float32", "float64", "str", "bool")


class Known:
    """A value that does not depend on X: a number, a list of columns, the model, a module."""

    def __init__(self, value):
        self.value = value

    def is_scalar(self):
        """Return whether it is a scalar, which an operation applies to each element."""
        is_of_numpy = hasattr(self.value, "dtype") and getattr(self.value, "shape", None) == ()
        return isinstance(self.value, SCALARS) or is_of_numpy


def of_method(owner, name, arguments, options):
    """Return the abstract result of a method of X or of a value derived from it; None if unknown."""
    if name == "astype":
        return owner if len(arguments) == 1 and not options and is_plain_type(arguments[0]) else None
    if name == "reshape":
        sizes = [each.value for each in arguments if isinstance(each, Known)]
        is_by_row = sizes[:1] == [-1] and len(sizes) == len(arguments) and not options
        return FLAT if is_by_row and owner != OUTPUT else None
    if name in ELEMENTWISE_METHODS and set(options) <= set(ELEMENTWISE_METHODS[name]):
        is_of_values = len(arguments) <= MAX_ARGUMENTS[name]
        return combined([owner, *arguments, *options.values()]) if is_of_values else None
    if name in REDUCTIONS:
        return reduced(owner, arguments, options)
    return shaped(owner, name) if not arguments and not options else None


def shaped(owner, name):
    """Return the abstract result of a conversion method without arguments; None if unknown."""
    if name in ("tolist", "to_list"):
        return LIST
    if name in ("ravel", "flatten"):
        return FLAT if owner != OUTPUT else None
    if name in ("to_numpy", "toarray"):
        return TABLE if owner == OUTPUT else owner
    return owner if name == "copy" else None


def of_function(module, name, arguments, options):
    """Return the abstract result of a numpy or pandas function; None if unknown."""
    if module not in ("numpy", "pandas") or not arguments:
        return None
    if name in CONVERSIONS:
        is_plain = len(arguments) == 1 and set(options) <= {"dtype", "columns"} and are_known(options.values())
        rows = table_of(arguments[0]) if name == "DataFrame" or arguments[0] == LIST else arguments[0]
        return rows if is_plain and is_plain_type(options.get("dtype", Known(float))) else None
    if name in ELEMENTWISE and module == "numpy" and not options:
        return combined(arguments) if name != "where" or len(arguments) > 1 else None
    return reduced(arguments[0], arguments[1:], options) if name in REDUCTIONS and module == "numpy" else None


def table_of(rows):
    """Return the abstract value of these rows as a two-dimensional table."""
    return {COLUMN: TABLE, OUTPUT: TABLE, LIST: FLAT}.get(rows, rows)


def output_of(name, rows):
    """Return the abstract result of an estimator method for these rows."""
    table = table_of(rows)
    return OUTPUT if name == "transform" and table == TABLE else table


def reduced(owner, arguments, options):
    """Return COLUMN for a reduction of a TABLE over axis 1; None for any other axis, which mixes rows."""
    axis = options.get("axis", arguments[0] if arguments else None)
    is_within_rows = isinstance(axis, Known) and axis.value == 1 and len(options) + len(arguments) == 1
    return COLUMN if owner == TABLE and is_within_rows else None


def combined(parts):
    """Return the abstract result of an elementwise operation: on one row value and scalars, or on columns only.

    Other combinations return None: a column `(n,)` and a table `(n, k)` broadcast along the wrong axis if n equals k.
    """
    rows = [part for part in parts if not isinstance(part, Known)]
    scalars = [part for part in parts if isinstance(part, Known)]
    if not rows or not all(part.is_scalar() for part in scalars) or {LIST, OUTPUT} & set(rows):
        return None
    return rows[0] if len(rows) == 1 or set(rows) == {COLUMN} else None


def known(read):
    """Return the result of `read()` as Known; None if it raises, as a property or `__getitem__` may."""
    try:
        return Known(read())
    except Exception:  # noqa: BLE001 - the value is then unknown
        return None


def are_known(parts):
    return all(isinstance(part, Known) for part in parts)


def is_plain_type(part):
    """Return whether conversion to this type is elementwise; "category", for example, depends on all values."""
    value = part.value if isinstance(part, Known) else None
    is_of_numpy = isinstance(value, type) and value.__module__ == "numpy"
    return is_of_numpy or any(value is each or (type(each) is str and value == each) for each in PLAIN_TYPES)
