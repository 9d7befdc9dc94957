"""GET /health/live, GET /health/ready: of the worker that took the call."""

from fastapi import APIRouter

from web_single.api.schemas import ErrorResponse, HealthResponse
from web_single.api.strict_route import StrictRoute
from web_single.dependencies import StatusServiceDependency

router = APIRouter(prefix="/health", tags=["operations"], route_class=StrictRoute)


@router.get("/live")
async def live() -> HealthResponse:
    """Tell that the server answers."""
    return HealthResponse(status="alive")


@router.get("/ready", responses={503: {"model": ErrorResponse}})
async def ready(service: StatusServiceDependency) -> HealthResponse:
    """Tell whether a prediction could be made and stored now; 503 says what is missing."""
    await service.check_ready()
    return HealthResponse(status="ready")
