"""The estimator that answers, as plain values: a linear model as its numbers, trees as arrays of their nodes."""

from web_single_runner.conversion.trees import KINDS, trees
from web_single_runner.errors import CannotConvertError
from web_single_runner.introspection.estimator import is_a

LINEAR_REGRESSORS = ("LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV")
LINEAR_CLASSIFIERS = ("LogisticRegression", "LogisticRegressionCV", "LinearSVC", "RidgeClassifier", "SGDClassifier")


def last_of(estimator):
    """Return what the estimator is, as plain values, and its trees as a block."""
    name = type(estimator).__name__
    classes = getattr(estimator, "classes_", None)
    several = isinstance(classes, list) or getattr(estimator, "n_outputs_", 1) != 1
    if several or getattr(classes, "ndim", 1) != 1:
        raise CannotConvertError("Models with several outputs are not compiled.")
    if name in LINEAR_REGRESSORS + LINEAR_CLASSIFIERS:
        return linear(estimator, name), b""
    if name in KINDS:
        return trees(estimator, KINDS[name])
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
    }


def link_of(estimator):
    """Return how probabilities follow from scores."""
    if len(estimator.classes_) <= len(("no", "yes")):
        return "softmax_of_two" if getattr(estimator, "multi_class", None) == "multinomial" else "sigmoid"
    by_itself = getattr(estimator, "multi_class", "auto")
    if by_itself == "ovr" or (getattr(estimator, "solver", None) == "liblinear") or is_a(estimator, "SGDClassifier"):
        return "sigmoids"
    return "softmax"
