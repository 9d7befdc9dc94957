"""The estimator that answers, as plain values and files: trees for treelite and ONNX, linear models as numbers."""

import math

from web_single_runner.estimator import is_a
from web_single_runner.refusal import CannotConvertError

TREES, LABELS = "trees.treelite", "labels.onnx"
MOST_THRESHOLDS = 200_000  # of all columns
MOST_LOG_ODDS = 50.0  # of a class among those that were trained on
FORESTS = ("RandomForestClassifier", "ExtraTreesClassifier", "RandomForestRegressor", "ExtraTreesRegressor")
TREE = {"DecisionTreeClassifier": "RandomForestClassifier", "DecisionTreeRegressor": "RandomForestRegressor"}
TREE["ExtraTreeClassifier"], TREE["ExtraTreeRegressor"] = TREE["DecisionTreeClassifier"], TREE["DecisionTreeRegressor"]
BOOSTING = ("GradientBoostingClassifier", "GradientBoostingRegressor")
HISTOGRAMS = ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor")
LINEAR_REGRESSORS = ("LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV")
LINEAR_CLASSIFIERS = ("LogisticRegression", "LogisticRegressionCV", "LinearSVC", "RidgeClassifier", "SGDClassifier")


def last_of(estimator):
    """Return what the estimator is, as plain values, and its files by their names."""
    name = type(estimator).__name__
    classes = getattr(estimator, "classes_", None)
    several = isinstance(classes, list) or getattr(estimator, "n_outputs_", 1) != 1
    if several or getattr(classes, "ndim", 1) != 1:
        raise CannotConvertError("Models with several outputs are not compiled.")
    if name in LINEAR_REGRESSORS + LINEAR_CLASSIFIERS:
        return linear(estimator, name), {}
    if name in (*FORESTS, *TREE, *BOOSTING, *HISTOGRAMS, "IsolationForest"):
        return trees(estimator, name)
    raise CannotConvertError("{} is not among the estimators that are compiled.".format(name))


def linear(estimator, name):
    coefficients = estimator.coef_ if estimator.coef_.ndim > 1 else estimator.coef_.reshape(1, -1)
    if name in LINEAR_REGRESSORS and estimator.coef_.ndim > 1:
        raise CannotConvertError("Models with several outputs are not compiled.")
    intercepts = estimator.intercept_
    intercepts = intercepts.tolist() if hasattr(intercepts, "tolist") else intercepts
    intercepts = intercepts if isinstance(intercepts, list) else [intercepts]
    return {
        "kind": "linear",
        "coefficients": coefficients.tolist(),
        "intercepts": intercepts * (len(coefficients) // len(intercepts)),
        "link": "number" if name in LINEAR_REGRESSORS else link_of(estimator),
        "thresholds": None,
    }


def link_of(estimator):
    """Return how probabilities follow from scores."""
    if len(estimator.classes_) <= len(("no", "yes")):
        return "softmax_of_two" if getattr(estimator, "multi_class", None) == "multinomial" else "sigmoid"
    by_itself = getattr(estimator, "multi_class", "auto")
    if by_itself == "ovr" or (getattr(estimator, "solver", None) == "liblinear") or is_a(estimator, "SGDClassifier"):
        return "sigmoids"
    return "softmax"


def trees(estimator, name):
    """Return an ensemble of trees: its form for treelite, and for labels in float32 that of ONNX where there is one."""
    histogram = name in HISTOGRAMS
    if histogram and getattr(estimator, "is_categorical_", None) is not None:
        raise CannotConvertError("Histogram-based trees with categories are not compiled.")
    if (
        name in BOOSTING
        and not isinstance(estimator.init_, str)
        and not is_a(estimator.init_, "DummyClassifier", "DummyRegressor")
    ):
        raise CannotConvertError("Gradient boosting that begins with another estimator is not compiled.")
    files = {TREES: to_treelite(estimator, name)}
    link = link_of_trees(estimator, name)
    if not histogram and link not in ("number", "isolation"):
        content = to_onnx(estimator)
        if content is not None:
            files[LABELS] = content
    told = {
        "kind": "trees",
        "float32": not histogram,
        "link": link,
        "offset": float(estimator.offset_) if name == "IsolationForest" else None,
        "magnitude": magnitude_of(estimator, name),
        "thresholds": thresholds_of(estimator, name),
    }
    return told, files


def link_of_trees(estimator, name):
    if name == "IsolationForest":
        return "isolation"
    if not hasattr(estimator, "classes_"):
        return "number"
    if name in FORESTS or name in TREE:
        return "mean"
    if name == "GradientBoostingClassifier" and estimator.loss == "exponential":
        raise CannotConvertError("Gradient boosting with exponential loss is not compiled.")
    return "sigmoid" if len(estimator.classes_) <= len(("no", "yes")) else "softmax"


def to_treelite(estimator, name):
    import treelite.sklearn

    return treelite.sklearn.import_model(as_forest(estimator) if name in TREE else estimator).serialize_bytes()


def as_forest(tree):
    """Return a forest of this one tree: treelite knows no others."""
    from sklearn import ensemble

    forest = getattr(ensemble, TREE[type(tree).__name__])(n_estimators=1)
    forest.estimators_ = [tree]
    for name in ("n_features_in_", "n_outputs_", "classes_", "n_classes_"):
        if hasattr(tree, name):
            setattr(forest, name, getattr(tree, name))
    return forest


def to_onnx(estimator):
    """Return the bytes of a graph over float32; None where there is no converter, or it does not know this one."""
    try:
        from skl2onnx import to_onnx as converted
        from skl2onnx.common.data_types import FloatTensorType

        types = [("X", FloatTensorType([None, estimator.n_features_in_]))]
        graph = converted(estimator, initial_types=types, options={id(estimator): {"zipmap": False}})
        return graph.SerializeToString()
    except Exception:  # noqa: BLE001 - whatever it is: treelite answers alone then
        return None


def trees_of(estimator):
    """Return all its trees: scikit-learn keeps them in a list, an array, or is one itself."""
    found = getattr(estimator, "estimators_", None)
    return [estimator] if found is None else list(getattr(found, "flat", found))


def histograms_of(estimator):
    """Return the nodes of all its histogram-based trees, each as a structured array."""
    return [tree.nodes for iteration in estimator._predictors for tree in iteration]  # noqa: SLF001 - kept nowhere else


def splits_of(estimator, name):
    """Yield the feature and the threshold of each split of all trees."""
    if name in HISTOGRAMS:
        for nodes in histograms_of(estimator):
            inner = nodes[nodes["is_leaf"] == 0]
            yield from zip(inner["feature_idx"].tolist(), inner["num_threshold"].tolist())
        return
    columns = getattr(estimator, "estimators_features_", None)  # an isolation forest's trees may see some of them
    for at, each in enumerate(trees_of(estimator)):
        for feature, threshold in zip(each.tree_.feature.tolist(), each.tree_.threshold.tolist()):
            if feature >= 0:
                yield (feature if columns is None else int(columns[at][feature])), threshold


def thresholds_of(estimator, name):
    """Return for each column some of the thresholds at which trees split it, spread over all of them."""
    found = [set() for _ in range(estimator.n_features_in_)]
    for feature, threshold in splits_of(estimator, name):
        found[feature].add(threshold)
    most = max(MOST_THRESHOLDS // len(found), 1)
    return [some_of(sorted(value for value in each if math.isfinite(value)), most) for each in found]


def some_of(values, most):
    count = len(values)
    return values if count <= most else [values[at * count // most] for at in range(most)]


def magnitude_of(estimator, name):
    """Return a bound of the numbers that are added up to a score, in all; 0 where the mean of trees is meant."""
    if name in BOOSTING:
        start = getattr(estimator.init_, "constant_", None)
        most = MOST_LOG_ODDS if start is None else abs(start).max()
        return float(most + estimator.learning_rate * sum(abs(each.tree_.value).max() for each in trees_of(estimator)))
    if name in HISTOGRAMS:
        most = abs(estimator._baseline_prediction).max()  # noqa: SLF001 - kept nowhere else
        return float(most + sum(abs(nodes["value"]).max() for nodes in histograms_of(estimator)))
    return 0.0
