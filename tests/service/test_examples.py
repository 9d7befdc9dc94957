"""Examples for the documentation: what the model itself answered when it had loaded, or none."""

from types import SimpleNamespace

from web_single.predictor.signature.feature import Feature, Kind
from web_single.predictor.signature.signature import Signature
from web_single.service.examples import Example, find_example

PROBE = {"rows": [[1.0], [2.0]], "results": ["a", "b"], "probabilities": [[0.5, 0.5], [0.25, 0.75]]}


def example_of(signature: Signature) -> Example:
    return find_example(SimpleNamespace(signature=signature, description={"probe": PROBE}))  # type: ignore[arg-type]


def test_it_is_what_the_model_was_asked_and_answered() -> None:
    example = example_of(Signature(features=(Feature(None, Kind.NUMBER),)))
    assert (example.rows, example.results, example.probabilities) == tuple(PROBE.values())
    assert example.refusal == "1 feature is expected, not 0."
    assert example.batch_refusal == "Instance 0: 1 feature is expected, not 0."


def test_a_model_that_does_not_say_how_many_features_it_takes_has_no_example_rows() -> None:
    example = example_of(Signature())
    assert example.rows == ()
    assert example.refusal == "At least one feature is expected."
