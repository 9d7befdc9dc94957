"""POST /predict, GET /predict, GET /predict/{id}."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse
from starlette.convertors import StringConvertor, register_url_convertor

from web_single.api.dependencies import PredictionServiceDependency
from web_single.api.error_responses import (
    ANY_PREDICTION,
    DATABASE_UNAVAILABLE,
    LINK,
    LONG_PAGE,
    MODEL_FAILED,
    NO_ID,
    UNKNOWN_ID,
    document_responses,
)
from web_single.api.json_stream import encode_list, stream_list
from web_single.api.schemas import (
    ListOptions,
    PredictionDetail,
    PredictionId,
    PredictionRequest,
    PredictionResponse,
    PredictionWithProbabilities,
    PredictOptions,
    ReadOptions,
    StoredPrediction,
)
from web_single.api.strict_route import StrictRoute


class PredictionIdConvertor(StringConvertor):
    """Whatever stands for an id in a path, but for the names of other calls."""

    regex = r"(?!batch\Z)[^/]+"


register_url_convertor("prediction_id", PredictionIdConvertor())
router = APIRouter(prefix="/predict", tags=["predictions"], route_class=StrictRoute)


@router.post(
    "",
    summary="Predict",
    response_description="The prediction. It is committed.",
    responses=document_responses(*ANY_PREDICTION, MODEL_FAILED),
)
async def predict(
    request: PredictionRequest,
    options: Annotated[PredictOptions, Query()],
    service: PredictionServiceDependency,
) -> PredictionResponse | PredictionWithProbabilities:
    """Predict from one row of features, and store the prediction: when it is answered, it is committed."""
    if options.include == "probabilities":
        prediction = await service.predict(request.features, with_probabilities=True)
        return PredictionWithProbabilities.model_validate(prediction)
    prediction = await service.predict(request.features)
    return PredictionResponse.model_validate(prediction)


@router.get(
    "",
    summary="List predictions",
    response_description="The predictions, in the order of their ids.",
    response_model=list[StoredPrediction] | list[PredictionDetail],
    responses=document_responses(LONG_PAGE, DATABASE_UNAVAILABLE, headers=(LINK,)),
)
async def list_predictions(options: Annotated[ListOptions, Query()], service: PredictionServiceDependency) -> Response:
    """List stored predictions in the order of their ids: a page with `limit`, else all of them, streamed.

    While there is more than a page, the header `Link` leads to the next one.
    The stream ends at the last prediction that was committed when it began.
    """
    schema = PredictionDetail if options.detail else StoredPrediction
    if options.limit is None:
        pages = await service.list_all(after=options.after)
        return StreamingResponse(stream_list(schema, pages), media_type="application/json")
    page = await service.list_page(after=options.after, limit=options.limit)
    response = Response(encode_list(schema, page.predictions), media_type="application/json")
    if page.next_after is not None:
        detail = "&detail=true" if options.detail else ""
        url = f"/predict?limit={options.limit}&after={page.next_after}{detail}"
        response.headers["Link"] = f'<{url}>; rel="next"'
    return response


@router.get(
    "/{id:prediction_id}",
    summary="Read a prediction",
    response_description="The prediction.",
    responses=document_responses(UNKNOWN_ID, NO_ID, DATABASE_UNAVAILABLE),
)
async def get_prediction(
    prediction_id: Annotated[PredictionId, Path(alias="id", description="The prediction's id.", examples=[1])],
    options: Annotated[ReadOptions, Query()],
    service: PredictionServiceDependency,
) -> StoredPrediction | PredictionDetail:
    """Read one stored prediction."""
    prediction = await service.get(prediction_id)
    schema = PredictionDetail if options.detail else StoredPrediction
    return schema.model_validate(prediction)
