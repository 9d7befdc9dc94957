"""The model folders of this gallery: those whose results depend on other rows, and row-wise ones as controls."""

from functools import partial

from tests.gallery.batch_dependence.model_folder import ModelFolder, named, nullable, numbers

IRIS = numbers((4.3, 7.9), (2.0, 4.4), (1.0, 6.9), (0.1, 2.5))
UNIT = (0.0, 1.0)
TEN = (0.0, 10.0)
NORMAL = (-2.0, 2.0)

# Most of what is written for tables only does so with a DataFrame.
frame = partial(ModelFolder, container="dataframe")

STATISTICS = (
    frame(
        "fill_with_batch_mean",
        "`X.fillna(X.mean())` before an estimator that takes missing values",
        nullable(named(temperature=NORMAL, pressure=NORMAL, flow=NORMAL)),
        is_quick=True,
    ),
    ModelFolder(
        "missing_as_batch_minimum",
        "`np.nan_to_num(X, nan=np.nanmin(X))`",
        nullable(numbers(TEN, TEN, TEN)),
        has_probabilities=True,
    ),
    frame(
        "forward_fill",
        "`X.ffill()`: a missing value is that of the row above",
        nullable(named(meter=(0, 30), outside=(0, 30), wind=(0, 30))),
    ),
    ModelFolder("above_average", "`p > p.mean()`", numbers(NORMAL, NORMAL, NORMAL), is_quick=True),
    ModelFolder("z_scores", "`(score - score.mean()) / score.std()`", numbers(NORMAL, NORMAL)),
    ModelFolder("top_ten_percent", "a threshold at the best 10 % of the batch", numbers(NORMAL, NORMAL)),
    frame(
        "clip_at_quantiles",
        "`X.clip(X.quantile(0.05), X.quantile(0.95))`",
        named(area=(20, 200), rooms=(1, 7)),
        is_quick=True,
    ),
    ModelFolder("ranks", "`X.rank(pct=True)`", numbers(NORMAL, NORMAL, NORMAL)),
    ModelFolder("divided_by_maximum", "`X / X.max()`", numbers(*[(0, 16)] * 8)),
    ModelFolder("bins_of_the_batch", "`pd.cut(X, 4)`", numbers((0, 100), (0, 20)), has_probabilities=True),
    frame(
        "group_mean",
        "`groupby(..).transform('mean')`",
        named(shop=(101.0, 102.0, 205.0), sales=(10, 90)),
    ),
    ModelFolder("majority_vote", "the label that most rows of a lot have", numbers((1, 6), UNIT)),
)
PROBABILITIES = (
    ModelFolder(
        "softmax_over_the_batch",
        "`e / e.sum()` without an axis in `predict_proba`",
        IRIS,
        has_probabilities=True,
        is_quick=True,
    ),
    ModelFolder(
        "prior_of_the_batch",
        "`p / p.mean(axis=0)` in `predict_proba`",
        IRIS,
        has_probabilities=True,
        is_quick=True,
    ),
    ModelFolder(
        "softmax_along_last_axis",
        "`softmax(scores, axis=-1)` where each row has one score",
        numbers(NORMAL, NORMAL),
        has_probabilities=True,
        is_quick=True,
    ),
    ModelFolder(
        "divided_without_keepdims",
        "`p / p.sum(axis=1)`: not an error where there are as many rows as classes",
        IRIS,
        is_quick=True,
        clients=4,
    ),
)
FITTED = (
    ModelFolder("clusters_of_the_batch", "`DBSCAN(..).fit_predict(X)`", numbers(NORMAL, NORMAL)),
    ModelFolder(
        "refit_scaler",
        "`scaler.fit_transform(X)`",
        numbers((11, 14.8), (0.7, 5.8), (1.4, 3.2), (10.6, 30)),
        has_probabilities=True,
    ),
    frame(
        "refit_label_encoder",
        "`LabelEncoder().fit_transform(..)`",
        named(city=(53111.0, 7743.0, 89073.0), size=(20, 120)),
    ),
    frame(
        "dummies_of_the_batch",
        "`pd.get_dummies(.., drop_first=True)`",
        named(price=(5, 25), colour=("red", "blue", "green")),
    ),
    frame("codes_of_the_batch", "`astype('category').cat.codes`", named(carrier=(12.0, 40.0, 77.0), km=(5, 900))),
    ModelFolder("codes_by_unique", "`np.unique(.., return_inverse=True)`", numbers((1000, 9999), (0, 50))),
)
ORDER = (
    frame(
        "sorted_and_left_sorted",
        "`X.sort_values(..)`, results in that order",
        named(time=(0, 200), load=TEN),
        is_quick=True,
    ),
    ModelFolder("wrong_way_back", "`model.predict(X[order])[order]`", numbers(TEN, TEN)),
    frame(
        "misaligned_after_filter",
        "rows are left out, and results written from the first row on",
        named(age=(18, 90), income=(1, 9)),
        is_quick=True,
    ),
    ModelFolder("threads_in_any_order", "each thread appends its results when it has them", IRIS),
    ModelFolder("cumulative_sum", "`X[:, 1].cumsum()`", numbers(TEN, TEN)),
    frame("difference_to_previous", "`X[..].diff()`", named(level=TEN, flow=TEN)),
    ModelFolder(
        "written_into_the_batch",
        "a negative value is replaced by that of the row above",
        numbers(TEN, TEN),
        is_quick=True,
    ),
)
REPETITIONS = (
    ModelFolder("flag_duplicates", "`d.duplicated()`", numbers((0, 1000), (0, 1000)), is_quick=True),
    frame(
        "one_result_per_customer",
        "`drop_duplicates(subset=..)`, and merged back",
        named(customer=(1, 30), basket=(5, 200), visits=(1, 20)),
    ),
    ModelFolder("results_by_id", "results in a dictionary by the first value", numbers(TEN, TEN, TEN), is_quick=True),
)
BRANCHES = (
    ModelFolder(
        "fallback_for_the_whole_batch",
        "`except ValueError: return np.full(len(X), 'unknown')`",
        nullable(numbers(NORMAL, NORMAL)),
        is_quick=True,
    ),
    ModelFolder(
        "labels_cut_to_the_longest",
        "a label written into an array of texts, as wide as the longest of the batch",
        numbers(TEN, TEN),
        is_quick=True,
    ),
    ModelFolder("branch_on_length", "`if len(X) > 10:`", numbers(NORMAL, NORMAL), is_quick=True),
    ModelFolder("large_batches_rounded", "`if len(X) > 100:`", numbers(TEN, TEN), is_quick=True, clients=160),
    frame("branch_on_missing", "`if X.isna().any().any():`", nullable(named(speed=(0, 100), weight=(0, 100)))),
    ModelFolder("branch_on_large_value", "`if (X[:, 0] > 100).any():`", numbers((0, 50), (0, 50)), is_quick=True),
    frame(
        "absent_category",
        "`if 'premium' in set(X['plan']):`",
        named(plan=("free", "basic", "premium"), logins=(0, 30)),
        has_probabilities=True,
    ),
    frame(
        "sizes_as_text_or_number",
        "a column is made numbers where each of its texts is one",
        named(size=("38", "39.5", "41", "44", "S", "M"), price=(40, 90)),
    ),
    ModelFolder("first_result_for_all", "`np.full(len(X), result_of_the_first)`", numbers((0, 3), (0, 3))),
    ModelFolder("square_by_broadcasting", "`X[:, 0] / X[:, [1]]`", numbers((1, 10), (1, 10))),
    ModelFolder("noise_with_fixed_seed", "`rng.normal(size=len(X))`", numbers(TEN, TEN)),
    ModelFolder(
        "texts_cut_to_the_shortest",
        "texts cut to the length of the shortest",
        named(
            text=(
                "a tasse de the",
                "the haus ist gruen und der bahnhof",
                "une station is where the green tea is",
                "la cup of green tea",
                "wo ist es",
                "tea",
                "est",
            )
        ),
        container="texts",
    ),
)
INDIRECT = (
    ModelFolder(
        "own_transformer", "a step of the Pipeline: `X - X.mean(axis=0)`; no own `predict`", IRIS, is_quick=True
    ),
    ModelFolder(
        "own_transformer_fills_gaps",
        "a step of the Pipeline: `X.fillna(X.median())`; no own `predict`",
        nullable(numbers(NORMAL, NORMAL, NORMAL)),
        has_probabilities=True,
        is_quick=True,
    ),
    ModelFolder(
        "own_classifier", "an own estimator: `score >= np.quantile(score, 0.9)`", numbers(NORMAL, NORMAL, NORMAL)
    ),
    ModelFolder(
        "function_transformer_cumsum",
        "`FunctionTransformer(np.cumsum)`; model.py has no function",
        numbers((0, 5), (0, 5), (0, 5)),
    ),
    ModelFolder(
        "target_shifted", "`inverse_func` of a TransformedTargetRegressor: `y - y.min()`", numbers((0, 3), (0, 3))
    ),
    ModelFolder("helper_module", "a helper module scales by minimum and maximum", numbers((-10, 30), (-10, 30))),
    ModelFolder(
        "helper_class_from_module", "a helper module's transformer: `np.diff(X, axis=0)`", numbers((0, 100), (0, 100))
    ),
    ModelFolder("decorated_predict", "a decorator standardizes X", numbers((-5, 5), (-100, 100))),
    ModelFolder(
        "replaced_through_globals", "`globals()['predict'] = ..` over an honest one", IRIS, has_probabilities=True
    ),
    ModelFolder("patched_instance", "`model.predict = ..` in `load_model`", numbers(NORMAL, NORMAL, NORMAL)),
    ModelFolder("patched_class", "`LogisticRegression.predict = ..`", IRIS),
    ModelFolder(
        "patched_base_class",
        "`LinearClassifierMixin.decision_function = ..` under an honest `predict`",
        numbers((7, 28), (10, 39), (44, 188)),
    ),
)
CHANGED_BY_EACH_CALL = (
    ModelFolder(
        "running_mean",
        "the mean of all scores so far, in a default argument",
        numbers(NORMAL, NORMAL),
        is_fresh_alone=True,
        undefined="each call changes the results of all later ones",
    ),
    ModelFolder(
        "last_row_kept",
        "a missing value is that of the last row of the call before",
        nullable(numbers(TEN, TEN)),
        is_fresh_alone=True,
        undefined="each call changes the results of all later ones",
    ),
    ModelFolder(
        "learns_while_it_predicts",
        "`model.partial_fit(X, y)` in `predict`",
        numbers(NORMAL, NORMAL),
        has_probabilities=True,
        is_fresh_alone=True,
        undefined="each call changes the results of all later ones",
    ),
)
STATEFUL = (
    ModelFolder(
        "cached_by_first_row",
        "a cache by the shape and the first row",
        numbers(NORMAL, NORMAL, NORMAL),
        is_quick=True,
        is_fresh_alone=True,
    ),
    ModelFolder(
        "scaler_fitted_at_first_call",
        "a scaler is fitted on the X of the first call",
        numbers(UNIT, UNIT),
        is_fresh_alone=True,
        undefined="the first call changes the results of all later ones",
    ),
    *CHANGED_BY_EACH_CALL,
)
DEPENDENT = (*STATISTICS, *PROBABILITIES, *FITTED, *ORDER, *REPETITIONS, *BRANCHES, *INDIRECT, *STATEFUL)

honest = partial(ModelFolder, is_quick=True)
HONEST = (
    honest("honest_pass_on", "`return model.predict(X)`", IRIS, has_probabilities=True),
    honest(
        "honest_column_selection",
        "`model.predict(X[COLUMNS])`",
        named(temperature=(-10, 40), hour=(0, 23)),
        container="dataframe",
    ),
    honest(
        "honest_as_array",
        "`np.asarray(X).reshape(len(X), -1)`",
        numbers((11, 14.8), (0.7, 5.8), (1.4, 3.2), (10.6, 30)),
        has_probabilities=True,
    ),
    honest("honest_threshold", "a fixed threshold", numbers((0, 30), (0, 6)), has_probabilities=True),
    honest("honest_row_by_row", "a list comprehension over the rows", numbers(TEN, TEN)),
    honest("honest_dict_results", "a dictionary for each row", IRIS),
    honest("honest_helper_function", "a helper function that computes with columns", numbers((50, 120), (1.5, 2))),
    honest(
        "honest_fixed_fill",
        "`X.fillna(MEDIANS)` of the training data",
        nullable(named(age=(1, 80), fare=(0, 90))),
        container="dataframe",
        has_probabilities=True,
    ),
    honest("honest_own_transformer", "a row-wise step of a Pipeline; no own `predict`", numbers(NORMAL, NORMAL)),
)
MODEL_FOLDERS = (*DEPENDENT, *HONEST)
