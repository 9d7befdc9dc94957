"""Batcher: who waits shares a call and a commit, and nobody suffers for the company."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.model_folders import CRASH, HEALTHY, NAN, RAISE, SLEEP, TOO_FEW
from tests.support.waiting import wait_until_async
from web_single.app import create_app
from web_single.config import Config
from web_single.errors import (
    BatchCallError,
    DatabaseUnavailableError,
    InvalidFeaturesError,
    ModelCodeError,
    ModelUnavailableError,
    OverloadedError,
    UnavailableError,
)
from web_single.predictor.predictor import Predictor
from web_single.predictor.signature.model_output import ModelOutput
from web_single.service.batching.request_queue import PendingRequest, Prediction, RequestQueue
from web_single.service.prediction_service import PredictionService

pytestmark = pytest.mark.anyio

StartService = Callable[..., AbstractAsyncContextManager[PredictionService]]


@pytest.fixture
def start(mischief: Path, make_config: Callable[..., Config]) -> StartService:
    @asynccontextmanager
    async def start(**given: Any) -> AsyncIterator[PredictionService]:  # noqa: ANN401 - a value for any setting
        app = create_app(make_config(model_path=mischief, **{"shadow_sample_rate": 0, "batching": "on"} | given))
        async with app.router.lifespan_context(app):
            yield app.state.prediction_service

    return start


@pytest.fixture
async def service(start: StartService) -> AsyncIterator[PredictionService]:
    async with start() as service:
        yield service


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[float]]:
    """The amounts in each call of the model, as they are made."""
    made: list[list[float]] = []
    predict = Predictor.predict

    async def record(self: Predictor, rows: Sequence[Sequence[Any]], **options: bool) -> list[ModelOutput]:
        made.append([amount for _, amount in rows])
        return await predict(self, rows, **options)

    monkeypatch.setattr(Predictor, "predict", record)
    return made


async def outcomes_of(requests: Sequence[Awaitable[Any]]) -> list[Any]:
    """Return a result for each request that was answered, and the kind of error for each that was not."""
    outcomes = await asyncio.gather(*requests, return_exceptions=True)
    return [type(each) if isinstance(each, BaseException) else each.result for each in outcomes]


async def stored(service: PredictionService) -> list[Any]:
    return [each.result async for page in await service.list_all(after=0) for each in page]


async def test_all_that_wait_share_one_call_and_each_gets_its_own_answer(
    service: PredictionService, calls: list[list[float]]
) -> None:
    busy = asyncio.create_task(service.predict([SLEEP, 0.2]))
    await wait_until_async(lambda: bool(calls))
    assert await outcomes_of([service.predict([HEALTHY, n]) for n in range(50)]) == list(range(50))
    assert (await busy).result == 0.2
    assert calls == [[0.2], list(range(50))]
    assert await stored(service) == [0.2, *range(50)]


async def test_what_arrives_at_once_shares_a_call_although_nobody_waited_before(
    service: PredictionService, calls: list[list[float]]
) -> None:
    assert await outcomes_of([service.predict([HEALTHY, n]) for n in range(9)]) == list(range(9))
    assert calls == [list(range(9))]


async def test_a_model_that_is_slow_is_slow_for_all_at_once_and_not_for_each(
    make_config: Callable[..., Config], trained: Callable[[str], Path], calls: list[list[float]]
) -> None:
    app = create_app(make_config(model_path=trained("slow"), shadow_sample_rate=0, batching="on"))
    async with app.router.lifespan_context(app):
        service: PredictionService = app.state.prediction_service
        for _ in range(3):
            assert await outcomes_of([service.predict([1, n]) for n in range(64)]) == [1 + n for n in range(64)]
    assert [len(rows) for rows in calls] == [64, 64, 64]


async def test_a_call_holds_at_most_max_batch_rows(start: StartService, calls: list[list[float]]) -> None:
    async with start(max_batch_size=4) as service:
        assert await outcomes_of([service.predict([HEALTHY, n]) for n in range(9)]) == list(range(9))
    assert [len(rows) for rows in calls] == [4, 4, 1]


@pytest.mark.parametrize(
    ("mischief_kind", "error"),
    [(RAISE, ModelCodeError), (TOO_FEW, ModelCodeError), (NAN, InvalidFeaturesError)],
)
async def test_a_row_that_fails_fails_alone(service: PredictionService, mischief_kind: int, error: type) -> None:
    rows = [[HEALTHY, n] for n in range(20)]
    rows[7][0] = rows[8][0] = rows[19][0] = mischief_kind
    expected = [n if kind == HEALTHY else error for kind, n in rows]
    assert await outcomes_of([service.predict(row) for row in rows]) == expected
    assert sorted(await stored(service)) == [n for kind, n in rows if kind == HEALTHY]


async def test_a_row_that_fails_is_told_the_same_as_if_it_were_alone(service: PredictionService) -> None:
    with pytest.raises(InvalidFeaturesError) as alone:
        await service.predict([NAN, 0])
    outcomes = await asyncio.gather(
        *(service.predict(row) for row in ([HEALTHY, 1], [NAN, 0], [HEALTHY, 2])), return_exceptions=True
    )
    assert str(outcomes[1]) == str(alone.value)


async def test_a_row_that_kills_the_model_takes_no_more_than_its_part_of_the_batch(service: PredictionService) -> None:
    rows = [[HEALTHY, n] for n in range(8)]
    rows[7][0] = CRASH
    outcomes = await outcomes_of([service.predict(row) for row in rows])
    assert outcomes[:6] == [0, 1, 2, 3, 4, 5]  # after two deaths nothing is halved any more
    assert all(issubclass(outcome, ModelUnavailableError) for outcome in outcomes[6:])
    await service._predictor.wait_until_ready(10)
    assert (await service.predict([HEALTHY, 9])).result == 9


async def test_a_model_that_dies_again_and_again_is_not_asked_for_ever(service: PredictionService) -> None:
    before = service._predictor.restarts
    outcomes = await outcomes_of([service.predict([CRASH, n]) for n in range(16)])
    assert all(issubclass(outcome, ModelUnavailableError) for outcome in outcomes)
    await service._predictor.wait_until_ready(10)
    assert service._predictor.restarts - before == 3
    assert await stored(service) == []


async def test_a_client_that_hangs_up_takes_nobody_with_it(service: PredictionService) -> None:
    restarts = service._predictor.restarts
    gone, *others = [asyncio.create_task(service.predict([HEALTHY if n else SLEEP, n / 10])) for n in range(5)]
    await asyncio.sleep(0.05)
    gone.cancel()
    assert await outcomes_of(others) == [0.1, 0.2, 0.3, 0.4]
    assert service._predictor.restarts == restarts


async def test_who_hung_up_while_waiting_is_not_predicted(service: PredictionService, calls: list[list[float]]) -> None:
    busy = asyncio.create_task(service.predict([SLEEP, 0.2]))
    await wait_until_async(lambda: bool(calls))
    gone, stays = [asyncio.create_task(service.predict([HEALTHY, n])) for n in (1, 2)]
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(busy, stays)
    assert calls == [[0.2], [2]]
    assert await stored(service) == [0.2, 2]


async def test_a_commit_that_fails_acknowledges_nobody(service: PredictionService, tmp_path: Path) -> None:
    assert (await service.predict([HEALTHY, 0])).result == 0
    with closing(sqlite3.connect(tmp_path / "predictions.db")) as other:
        other.execute("ALTER TABLE prediction_result RENAME TO away")
        outcomes = await outcomes_of([service.predict([HEALTHY, n]) for n in range(5)])
        other.execute("ALTER TABLE away RENAME TO prediction_result")
    assert outcomes == [DatabaseUnavailableError] * 5
    assert (await service.predict([HEALTHY, 7])).result == 7
    assert await stored(service) == [0, 7]


async def test_the_next_batch_is_predicted_while_the_last_one_commits(
    service: PredictionService, calls: list[list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    committing = asyncio.Event()
    go_on = asyncio.Event()
    add_group = service._store.add_group

    async def slow(*arguments: Any) -> list[int]:  # noqa: ANN401 - handed on
        committing.set()
        await go_on.wait()
        return await add_group(*arguments)

    monkeypatch.setattr(service._store, "add_group", slow)
    first = asyncio.create_task(service.predict([HEALTHY, 1]))
    await committing.wait()
    second = asyncio.create_task(service.predict([HEALTHY, 2]))
    await wait_until_async(lambda: calls == [[1], [2]])
    third = asyncio.create_task(service.predict([HEALTHY, 3]))
    await asyncio.sleep(0.05)
    assert calls == [[1], [2]]  # one commits, one is predicted, and the third waits
    go_on.set()
    assert await outcomes_of([first, second, third]) == [1, 2, 3]


async def test_an_unexpected_failure_does_not_reach_a_request_whose_commit_has_begun(
    service: PredictionService, monkeypatch: pytest.MonkeyPatch
) -> None:
    committing, release = asyncio.Event(), asyncio.Event()
    add_group = service._store.add_group

    async def slow(*arguments: Any) -> list[int]:  # noqa: ANN401 - passed on
        committing.set()
        await release.wait()
        return await add_group(*arguments)

    async def predict(rows: Sequence[Sequence[Any]], **_: bool) -> list[ModelOutput]:
        if len(rows) > 1:
            raise BatchCallError("One of the rows is at fault.")
        if rows[0][1] == 2:
            await committing.wait()
            raise RuntimeError("nobody expects this")
        return [ModelOutput(rows[0][1], None)]

    monkeypatch.setattr(service._store, "add_group", slow)
    monkeypatch.setattr(service._predictor, "predict", predict)
    first, second = [asyncio.create_task(service.predict([HEALTHY, n])) for n in (1, 2)]
    with pytest.raises(RuntimeError, match="nobody expects this"):
        await second
    release.set()
    assert (await first).result == 1
    assert await stored(service) == [1]


async def test_a_commit_that_is_broken_off_before_it_starts_leaves_nobody_waiting(service: PredictionService) -> None:
    queue = service._queue
    assert queue is not None
    answered: asyncio.Future[Prediction] = asyncio.get_running_loop().create_future()
    await queue._start_commit([PendingRequest([HEALTHY, 1], None, False, answered)], [ModelOutput(1, None)])  # noqa: FBT003
    assert queue._commit is not None
    queue._commit.cancel()
    with pytest.raises(UnavailableError, match="The server stops"):
        await answered


async def test_requests_with_and_without_probabilities_at_once_each_get_what_they_asked_for(
    make_config: Callable[..., Config],
) -> None:
    app = create_app(make_config(shadow_sample_rate=0, batching="on"))
    async with app.router.lifespan_context(app):
        service: PredictionService = app.state.prediction_service
        requests = [service.predict([0, 0.5], with_probabilities=n % 2 == 0) for n in range(6)]
        probabilities = [prediction.probabilities for prediction in await asyncio.gather(*requests)]
        kept = [each.probabilities async for page in await service.list_all(after=0) for each in page]
    assert probabilities == [[0, 1], None] * 3
    assert sorted(kept, key=str) == sorted(probabilities, key=str)


@pytest.mark.parametrize("first_call_fails", [False, True], ids=["during its call", "before its call"])
async def test_a_batch_that_was_formed_before_batching_ended_is_predicted_row_by_row(
    make_config: Callable[..., Config],
    trained: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    *,
    first_call_fails: bool,
) -> None:
    app = create_app(make_config(model_path=trained("crowd"), shadow_sample_rate=0, batching="on"))
    async with app.router.lifespan_context(app):
        service: PredictionService = app.state.prediction_service
        predictor, predict, sizes = service._predictor, service._predictor.predict, []

        async def end_batching_at_the_first_call(rows: Sequence[Sequence[Any]], **options: bool) -> list[ModelOutput]:
            sizes.append(len(rows))
            outputs = await predict(rows, **options)
            predictor.batch_safety.end("A result depends on other rows.", rows[0])
            if len(sizes) == 1 and first_call_fails:
                raise BatchCallError("One of the rows is at fault.")
            return outputs

        monkeypatch.setattr(predictor, "predict", end_batching_at_the_first_call)
        assert await outcomes_of([service.predict([200, n]) for n in range(4)]) == [1, 1, 1, 1]
        assert sizes == [4, 1, 1, 1, 1]
        assert await stored(service) == [1, 1, 1, 1]


async def test_requests_that_wait_for_a_new_model_process_are_rejected_at_the_earliest_of_their_deadlines(
    service: PredictionService,
) -> None:
    queue = service._queue
    assert queue is not None
    service._predictor._ready.clear()  # as while a process is being started
    now, loop = asyncio.get_running_loop().time(), asyncio.get_running_loop()
    waiting = [PendingRequest([HEALTHY, n], None, False, loop.create_future(), deadline=now + n) for n in (0.05, 1_000)]  # noqa: FBT003
    parts = [waiting]
    await asyncio.wait_for(queue._wait_for_restart(parts, 1), 30)
    for each in waiting:
        with pytest.raises(ModelUnavailableError, match="being started anew"):
            await each.answered
    assert parts == []


async def test_more_than_may_wait_are_refused_at_once(start: StartService) -> None:
    async with start(max_queue_size=3) as service:
        outcomes = await outcomes_of([service.predict([HEALTHY, n]) for n in range(5)])
        assert outcomes == [0, 1, 2, OverloadedError, OverloadedError]
        assert await outcomes_of([service.predict([HEALTHY, n]) for n in range(3)]) == [0, 1, 2]


async def test_who_waits_too_long_is_refused_while_the_model_is_still_busy(start: StartService) -> None:
    async with start(queue_timeout_seconds=0.1) as service:
        busy = asyncio.create_task(service.predict([SLEEP, 1.5]))
        await asyncio.sleep(0.05)
        with pytest.raises(OverloadedError, match=r"no time for this request in 0\.1 seconds"):
            await service.predict([HEALTHY, 1])
        assert not busy.done()
        assert (await busy).result == 1.5


async def test_who_is_not_answered_when_the_service_stops_is_told_so(
    start: StartService, calls: list[list[float]]
) -> None:
    async with start() as service:
        asked = asyncio.create_task(service.predict([SLEEP, 30]))
        await wait_until_async(lambda: bool(calls))
        waits = asyncio.create_task(service.predict([SLEEP, 30]))
        await asyncio.sleep(0)
    for request in (asked, waits):
        with pytest.raises(UnavailableError, match="The server stops"):
            await request


@pytest.mark.parametrize("seed", range(3))
async def test_in_whatever_company_each_row_gets_the_answer_it_gets_alone(start: StartService, seed: int) -> None:
    dice = random.Random(seed)
    kinds = [HEALTHY] * 12 + [RAISE, NAN, TOO_FEW]
    errors = {RAISE: ModelCodeError, TOO_FEW: ModelCodeError, NAN: InvalidFeaturesError}

    async def ask(service: PredictionService, kind: int, amount: float) -> Any:  # noqa: ANN401 - as the model answers
        await asyncio.sleep(dice.random() / 5)
        return await service.predict([kind, amount])

    async with start(max_batch_size=dice.choice([2, 7, 1000])) as service:
        rows = [(dice.choice(kinds), dice.random()) for _ in range(300)]
        outcomes = await outcomes_of([ask(service, *row) for row in rows])
        assert outcomes == [errors.get(kind, amount) for kind, amount in rows]
        assert sorted(await stored(service)) == sorted(amount for kind, amount in rows if kind == HEALTHY)


async def test_a_request_that_was_rejected_while_it_was_predicted_is_not_stored(
    service: PredictionService, calls: list[list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    added: list[PendingRequest] = []
    add = RequestQueue.add

    def record(self: RequestQueue, waiting: PendingRequest) -> None:
        added.append(waiting)
        add(self, waiting)

    monkeypatch.setattr(RequestQueue, "add", record)
    rejected = asyncio.create_task(service.predict([SLEEP, 0.2]))
    await wait_until_async(lambda: bool(calls))
    added[0].refuse(DatabaseUnavailableError("The database did not answer."))
    with pytest.raises(DatabaseUnavailableError):
        await rejected
    assert (await service.predict([HEALTHY, 1])).result == 1
    assert await stored(service) == [1]
