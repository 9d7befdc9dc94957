"""Conversion of the last pipeline step: linear models to coefficients, tree ensembles to node arrays."""

from web_single_runner.conversion.trees import KINDS, trees
from web_single_runner.errors import CannotConvertError
from web_single_runner.introspection.estimator import is_a

LINEAR_REGRESSORS = ("LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV")
LINEAR_CLASSIFIERS = ("LogisticRegression", "LogisticRegressionCV", "LinearSVC", "RidgeClassifier", "SGDClassifier")


def last_of(estimator):
    """Return the estimator as JSON-compatible values, and its trees as a block (empty for a linear model).

    Raises:
        CannotConvertError: The estimator is not supported or has several outputs.
    """
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
    """Return the link function that maps the scores of a classifier to probabilities."""
    if len(estimator.classes_) <= len(("no", "yes")):
        return "softmax_of_two" if getattr(estimator, "multi_class", None) == "multinomial" else "sigmoid"
    by_itself = getattr(estimator, "multi_class", "auto")
    if by_itself == "ovr" or (getattr(estimator, "solver", None) == "liblinear") or is_a(estimator, "SGDClassifier"):
        return "sigmoids"
    return "softmax"
