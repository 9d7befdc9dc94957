"""GET /model."""

from fastapi import APIRouter

from web_single.api.responses import NO_PARAMETERS, may_answer
from web_single.api.schemas import (
    BatchingResponse,
    CompiledResponse,
    EnvironmentResponse,
    FeatureResponse,
    ModelResponse,
    ResultResponse,
    RunnerResponse,
    ScikitLearnResponse,
)
from web_single.api.strict_route import StrictRoute
from web_single.dependencies import StatusServiceDependency
from web_single.service.status_service import ModelStatus

router = APIRouter(prefix="/model", tags=["operations"], route_class=StrictRoute)


@router.get("", summary="What is the model?", response_description="The model.", responses=may_answer(NO_PARAMETERS))
async def get_model(service: StatusServiceDependency) -> ModelResponse:
    """Tell which model is served, what it takes and answers, and how its process is."""
    return response_of(service.describe_model())


def response_of(model: ModelStatus) -> ModelResponse:
    """Return what is told of a model."""
    signature = model.signature
    return ModelResponse(
        version=model.version,
        sha256=model.sha256,
        files=list(model.files),
        modules=list(model.modules),
        estimator=model.estimator,
        feature_count=signature.feature_count,
        feature_names=list(signature.feature_names) if signature.feature_names is not None else None,
        features=[FeatureResponse.model_validate(feature) for feature in signature.features]
        if signature.features is not None
        else None,
        classes=list(signature.classes) if signature.classes is not None else None,
        probabilities=signature.probabilities,
        result=ResultResponse(kind=signature.result, outputs=signature.outputs),
        container=signature.container,
        row_by_row=signature.row_by_row,
        batching=BatchingResponse.model_validate(model.batching),
        scikit_learn=ScikitLearnResponse(made_with=model.made_with, runs_with=model.runs_with),
        environment=EnvironmentResponse(
            origin=model.environment.origin,
            python=model.environment.python_version,
            packages=model.environment.packages,
        ),
        runner=RunnerResponse(state=model.runner_state, restarts=model.runner_restarts, trouble=model.runner_trouble),
        queue=model.queue,
        fast_lane=model.fast_lane,
        compiled=CompiledResponse.model_validate(model.compiled),
        notice=model.notice,
    )
