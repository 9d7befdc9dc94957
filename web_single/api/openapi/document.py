"""The OpenAPI document: FastAPI's own, with what is known of the model: its features, its classes, true examples."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from web_single import VERSION
from web_single.api.error_responses import HEADERS, REQUEST_ID
from web_single.api.openapi.examples import add_examples
from web_single.api.openapi.model_schema import describe_features, describe_results, names_of_features
from web_single.service.examples import Example
from web_single.service.status_service import ModelStatus

Json = dict[str, Any]

DESCRIPTION = """\
A model answers what is sent to `POST /predict`, and every prediction is stored: a `200` means that it is committed.

An error is always `{"detail": "a sentence that says what is wrong"}`.
A `4xx` is the request's fault and will not succeed again; a `503` may, after `Retry-After` seconds.
What is at no path of this server is answered with `404`, what is no HTTP request with `400`.
The header `X-Request-ID` of an answer finds the request in the log.
"""
ABOUT: Json = {
    "title": "Web Single",
    "summary": "A data scientist's model, online.",
    "description": DESCRIPTION,
    "version": VERSION,
    "openapi_tags": [
        {"name": "predictions", "description": "Predict, and read back what was predicted."},
        {"name": "operations", "description": "What is served, and whether it could answer now."},
    ],
    "generate_unique_id_function": lambda route: route.name,
}
ID_OF_THE_CLIENT: Json = {
    "name": REQUEST_ID,
    "in": "header",
    "required": False,
    "description": "An id of your own, for the log: up to 128 letters, digits and `_.:/+=-`. Any other is replaced.",
    "schema": {"type": "string"},
}


def describe(document: Json, model: ModelStatus, example: Example) -> Json:
    """Return a copy of FastAPI's document that tells what is known of this model."""
    document = deepcopy(document)
    document["paths"] = dict(sorted(document["paths"].items()))
    document["info"]["description"] += f"\n{sentences_about(model)}"
    describe_features(document["components"]["schemas"], model)
    describe_results(document["components"]["schemas"], model, example)
    if not model.signature.probabilities:
        remove_probabilities(document)
    add_examples(document, model, example)
    for operation in operations(document):
        describe_parameters(operation)
    schemas = dict(sorted(document["components"]["schemas"].items()))
    document["components"] = {"schemas": schemas, "headers": HEADERS, "parameters": {REQUEST_ID: ID_OF_THE_CLIENT}}
    return document


def sentences_about(model: ModelStatus) -> str:
    """Tell which model is served, what it takes and what it answers."""
    messages = [f"The model is a `{model.estimator}`, version `{model.version}`."]
    signature = model.signature
    if signature.feature_count is not None:
        features = "feature" if signature.feature_count == 1 else "features"
        messages.append(f"It takes {signature.feature_count} {features}{names_of_features(model)}.")
    if signature.classes is not None:
        messages.append(f"Its classes are {', '.join(f'`{label!r}`' for label in signature.classes)}.")
    return "\n".join(messages)


def remove_probabilities(document: Json) -> None:
    """Leave out what this model cannot be asked for."""
    operation = document["paths"]["/predict"]["post"]
    operation["parameters"] = [each for each in operation["parameters"] if each["name"] != "include"]
    schema = {"$ref": "#/components/schemas/PredictionResponse"}
    operation["responses"]["200"]["content"]["application/json"]["schema"] = schema
    del document["components"]["schemas"]["PredictionWithProbabilities"]


def operations(document: Json) -> Iterator[Json]:
    """Yield each operation of each path."""
    for path in document["paths"].values():
        yield from path.values()


def describe_parameters(operation: Json) -> None:
    """Tell what a URL can hold: no `null`, which FastAPI offers for what may be left out."""
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        schema = parameter["schema"]
        kind: Json = next((kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}), {})
        if "const" in kind:  # the page offers an `enum` as a choice
            kind = {"type": kind["type"], "enum": [kind["const"]]}
        parameter["schema"] = schema | kind
        del parameter["schema"]["description"]  # it stands beside the schema too
    parameters.append({"$ref": f"#/components/parameters/{REQUEST_ID}"})
