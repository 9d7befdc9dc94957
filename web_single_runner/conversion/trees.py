"""Conversion of tree ensembles to node arrays, from fitted attributes of scikit-learn 1.0 and later."""

from web_single_runner.errors import CannotConvertError
from web_single_runner.introspection.estimator import is_a

FOREST, BOOSTING, HISTOGRAM, ISOLATION = "forest", "boosting", "histogram", "isolation"
KINDS = {
    **dict.fromkeys(("RandomForestClassifier", "ExtraTreesClassifier", "RandomForestRegressor"), FOREST),
    **dict.fromkeys(("ExtraTreesRegressor", "DecisionTreeClassifier", "DecisionTreeRegressor"), FOREST),
    **dict.fromkeys(("ExtraTreeClassifier", "ExtraTreeRegressor"), FOREST),
    **dict.fromkeys(("GradientBoostingClassifier", "GradientBoostingRegressor"), BOOSTING),
    **dict.fromkeys(("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"), HISTOGRAM),
    "IsolationForest": ISOLATION,
}
SHARES_SINCE = (1, 3)  # leaves hold class fractions since this version, class counts before


def trees(estimator, kind):
    """Return an ensemble as JSON-compatible values, and its nodes as one little-endian block.

    The block holds one array after the other, each over all nodes of all trees: left, right and feature (int32,
    left < 0 in a leaf), whether a missing value goes left (uint8), threshold (float64), leaf values (float64, `width`
    per node).
    """
    import numpy as np

    found = {FOREST: forest, BOOSTING: boosting, HISTOGRAM: histograms, ISOLATION: isolation}[kind](estimator)
    nodes, told = found
    columns = list(zip(*nodes))
    kinds = ("<i4", "<i4", "<i4", "u1", "<f8", "<f8")
    block = b"".join(np.concatenate(column).astype(each).tobytes() for column, each in zip(columns, kinds))
    told = dict({"kind": "trees", "offset": None, "scale": 1.0, "float32": kind != HISTOGRAM}, **told)
    told["counts"] = [len(left) for left in columns[0]]
    told["columns"] = int(estimator.n_features_in_)
    return told, block


def nodes_of(tree, leaves, columns=None):
    """Return the node arrays of one scikit-learn tree: left, right, feature, missing goes left, threshold, leaves.

    Args:
        tree: The `tree_` of a decision tree.
        leaves: The value of each node, float64, `width` per node.
        columns: The column of X for each feature index of the tree; None if they are the same.
    """
    import numpy as np

    missing = getattr(tree, "missing_go_to_left", None)
    missing = np.zeros(tree.node_count) if missing is None else missing
    feature = tree.feature if columns is None else np.where(tree.feature < 0, tree.feature, columns[tree.feature])
    return tree.children_left, tree.children_right, feature, missing, tree.threshold, leaves


def forest(estimator):
    """Return the nodes and metadata of a forest or a single tree; the result is the mean of the trees."""
    inner = getattr(estimator, "estimators_", None)
    inner = [estimator] if inner is None else inner
    classes = getattr(estimator, "classes_", None)
    nodes = [nodes_of(each.tree_, leaves_of(each.tree_, classes)) for each in inner]
    outputs = 1 if classes is None else len(classes)
    if classes is not None and outputs == 1:
        raise CannotConvertError("A model of one class is not compiled.")
    told = {"link": "number" if classes is None else "mean", "average": True, "width": outputs, "base": [0.0] * outputs}
    return nodes, told


def leaves_of(tree, classes):
    """Return the value of each node, flattened: the class fractions, or one number for regression."""
    import sklearn

    values = tree.value[:, 0, :]
    if classes is None or tuple(map(int, sklearn.__version__.split(".")[:2])) >= SHARES_SINCE:
        return values.ravel()
    sums = values.sum(axis=1)[:, None]
    sums[sums == 0.0] = 1.0
    return (values / sums).ravel()


def boosting(estimator):
    """Return the nodes and metadata of gradient boosting; the score is the sum of the trees."""
    if not is_a(estimator.init_, "DummyClassifier", "DummyRegressor") and estimator.init_ != "zero":
        raise CannotConvertError("Gradient boosting that begins with another estimator is not compiled.")
    if getattr(estimator, "loss", None) == "exponential":
        raise CannotConvertError("Gradient boosting with exponential loss is not compiled.")
    import numpy as np

    inner = estimator.estimators_.ravel()
    nodes = [nodes_of(each.tree_, each.tree_.value.ravel() * estimator.learning_rate) for each in inner]
    zeros = np.zeros((1, estimator.n_features_in_), dtype=np.float32)
    start = estimator._raw_predict_init(zeros)  # noqa: SLF001 - no public API returns the initial score
    return nodes, boosting_metadata(estimator, start)


def histograms(estimator):
    """Return the nodes and metadata of histogram-based gradient boosting; the score is the sum of the trees."""
    if getattr(estimator, "is_categorical_", None) is not None:
        raise CannotConvertError("Histogram-based trees with categories are not compiled.")
    inner = [tree.nodes for iteration in estimator._predictors for tree in iteration]  # noqa: SLF001 - no public API
    nodes = [histogram_nodes(each) for each in inner]
    return nodes, boosting_metadata(estimator, estimator._baseline_prediction)  # noqa: SLF001 - no public API


def histogram_nodes(nodes):
    import numpy as np

    is_leaf = nodes["is_leaf"] == 1
    left, right, feature = (
        np.where(is_leaf, -1, nodes[name].astype("i4")) for name in ("left", "right", "feature_idx")
    )
    return left, right, feature, nodes["missing_go_to_left"], nodes["num_threshold"], nodes["value"]


def boosting_metadata(estimator, start):
    """Return the metadata of boosted trees; `start` is the initial score of each output."""
    import numpy as np

    base = np.asarray(start, dtype=float).ravel().tolist()
    classes = getattr(estimator, "classes_", None)
    link = "number" if classes is None else "sigmoid" if len(base) == 1 else "softmax"
    return {"link": link, "average": False, "width": 1, "base": base}


def isolation(estimator):
    """Return the nodes and metadata of an isolation forest; the score depends on a row's total depth in all trees."""
    import numpy as np

    nodes = [
        nodes_of(each.tree_, depths_of(each.tree_), np.asarray(columns))
        for each, columns in zip(estimator.estimators_, estimator.estimators_features_)
    ]
    scale = len(nodes) * float(path_length(np.array([estimator.max_samples_]))[0])
    told = {"link": "isolation", "average": False, "width": 1, "base": [0.0]}
    return nodes, dict(told, offset=float(estimator.offset_), scale=scale or 1.0)


def depths_of(tree):
    """Return the depth of each node plus the mean path length of its rows in a fully grown tree."""
    import numpy as np

    depths = np.zeros(tree.node_count)
    for node, (left, right) in enumerate(zip(tree.children_left.tolist(), tree.children_right.tolist())):
        if left >= 0:  # children follow their parents in the arrays
            depths[left] = depths[right] = depths[node] + 1.0
    return depths + path_length(tree.n_node_samples)


def path_length(count):
    """Return the mean depth of an unsuccessful search among `count` rows, as in Liu, Ting and Zhou, 2008."""
    import numpy as np

    count = np.maximum(count, 2).astype(float) * (count > 1)
    with np.errstate(all="ignore"):
        many = 2.0 * (np.log(count - 1.0) + np.euler_gamma) - 2.0 * (count - 1.0) / count
    return np.where(count <= 1, 0.0, np.where(count == 2, 1.0, many))  # noqa: PLR2004 - two rows are at depth one
