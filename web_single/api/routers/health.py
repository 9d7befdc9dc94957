"""GET /health/live, GET /health/ready: of the worker that took the call."""

from fastapi import APIRouter

from web_single.api.dependencies import StatusServiceDependency
from web_single.api.error_responses import DATABASE_UNAVAILABLE, MODEL_ENDED, NO_PARAMETERS, document_responses
from web_single.api.schemas import HealthResponse, ReadyResponse
from web_single.api.strict_route import StrictRoute

router = APIRouter(prefix="/health", tags=["operations"], route_class=StrictRoute)


@router.get(
    "/live",
    summary="Is the server alive?",
    response_description="It is.",
    responses=document_responses(NO_PARAMETERS, example={"status": "alive"}),
)
async def live() -> HealthResponse:
    """Tell that the server answers."""
    return HealthResponse(status="alive")


@router.get(
    "/ready",
    summary="Is it ready?",
    response_description="It is.",
    response_model_exclude_none=True,
    responses=document_responses(NO_PARAMETERS, MODEL_ENDED, DATABASE_UNAVAILABLE, example={"status": "ready"}),
)
async def ready(service: StatusServiceDependency) -> ReadyResponse:
    """Tell whether a prediction could be made and stored now; 503 says what is missing.

    `warning` is there when other files lie in the model's folder than those that are served.
    """
    return ReadyResponse(status="ready", warning=await service.check_ready())
