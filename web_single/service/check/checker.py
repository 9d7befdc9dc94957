"""Check of a model folder: loads it as the server does, calls it with valid and invalid rows, and reports."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from web_single.config import Compile, Config
from web_single.environments.environment import Environment, find_environment
from web_single.errors import ModelFolderError, ModelUnavailableError
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.predictor import Predictor
from web_single.service.check.compiled import look_at_compiled
from web_single.service.check.files import files_of, look_at_files, look_at_imports
from web_single.service.check.finding_types import Kind
from web_single.service.check.probabilities import check_probabilities
from web_single.service.check.report import Interpreter, ProgressCallback, Report, SampleSource, ScikitLearn, Timings
from web_single.service.check.requirements import look_at_artifact, look_at_requirements
from web_single.service.check.results import (
    Answers,
    ask_alone,
    ask_wrong_rows,
    compare_together,
    findings_of,
)
from web_single.service.check.runner_client import RunnerClient, told_by
from web_single.service.check.sample_rows import EXAMPLE, Row, make_up_rows, read_example, rows_of

ROW_CALLS, HUNDRED_ROWS_CALLS, MEASURING_SECONDS = 21, 7, 2
HUNDRED = 100
DATASET = "get_dataset() in model.py"


def unheard(what: str, done: int = 0, total: int | None = None) -> None:
    """Ignore the progress."""


class CannotBeServedError(Exception):
    """Raised to end the check early: the model cannot be served, and the report contains the reason."""


async def check_delivery(path: Path, config: Config, tell: ProgressCallback = unheard) -> Report:
    """Return a report about a model folder. The model process has ended when this returns.

    Args:
        path: The model folder or its artifact.
        config: The configuration that the server would have.
        tell: Called with the progress.
    """
    report = Report(path=str(path))
    try:
        tell("Reading the files")
        model_folder = await asyncio.to_thread(look_at, path, config, report)
        tell("Looking for its libraries")
        environment = await asyncio.to_thread(look_for_environment, model_folder, config, report, tell)
        tell("Loading the model")
        with environment.in_use():
            async with loaded(model_folder, environment, config, report) as predictor:
                await Checker(RunnerClient(predictor, config), model_folder, report, tell).run()
    except CannotBeServedError:
        pass
    except ModelUnavailableError as error:
        report.findings.append(Kind.PROCESS_ENDED.found(f"{error.message} It did not come back."))
    return report


def look_at(path: Path, config: Config, report: Report) -> ModelFolder:
    """Return the opened model folder, and report findings from its files without running code.

    Raises:
        CannotBeServedError: If it cannot be opened, or if importing model.py would write a model.
    """
    try:
        model_folder = ModelFolder.open(path, pin=config.model_sha256)
        report.version, report.sha256 = model_folder.version, model_folder.sha256
        report.scikit_learn = ScikitLearn(trained_with=model_folder.contents.scikit_learn)
        report.files, report.modules = files_of(model_folder), model_folder.contents.modules
    except (ModelFolderError, OSError) as error:
        report.findings.append(Kind.NOT_OPENED.found(str(error)))
        raise CannotBeServedError from error
    report.findings += look_at_files(model_folder, list(report.files))
    report.findings += look_at_imports(model_folder)
    if Kind.WRITES_ON_IMPORT.is_among(report.findings):
        raise CannotBeServedError
    return model_folder


def look_for_environment(
    model_folder: ModelFolder, config: Config, report: Report, tell: ProgressCallback
) -> Environment:
    """Return the environment that runs the model folder, and report it with missing requirements.

    Raises:
        CannotBeServedError: If no interpreter has the required libraries.
    """
    try:
        environment = find_environment(model_folder, config, tell=tell)
        report.findings += look_at_requirements(model_folder, environment)
    except ModelFolderError as error:
        report.findings.append(Kind.NO_ENVIRONMENT.found(error.message))
        raise CannotBeServedError from error
    report.compiled, findings = look_at_compiled(model_folder, environment, config)
    report.findings += findings
    report.environment = Interpreter(environment.origin, environment.python_version, environment.packages)
    return environment


@asynccontextmanager
async def loaded(
    model_folder: ModelFolder, environment: Environment, config: Config, report: Report
) -> AsyncIterator[Predictor]:
    """Load the model as the server does, yield its predictor, and report its description.

    Raises:
        CannotBeServedError: If the model cannot be loaded.
    """
    predictor = Predictor(model_folder, environment, config.model_copy(update={"compile": Compile.OFF}))
    started = time.monotonic()
    try:
        await predictor.start()
    except ModelFolderError as error:
        report.findings.append(Kind.NOT_LOADED.found(error.message))
        raise CannotBeServedError from error
    try:
        report.figures = Timings(load_seconds=round(time.monotonic() - started, 2))
        told = predictor.description
        report.scikit_learn = ScikitLearn(model_folder.contents.scikit_learn, told["scikit_learn"])
        report.estimator, report.signature = told["estimator"], predictor.signature
        report.findings += look_at_artifact(model_folder, report.scikit_learn)
        report.findings += findings_of(predictor.signature, told["error"])
        yield predictor
    finally:
        await predictor.stop()


class Checker:
    """Calls a loaded model with sample rows alone and as a batch, and with invalid rows, and reports findings."""

    def __init__(
        self, subject: RunnerClient, model_folder: ModelFolder, report: Report, tell: ProgressCallback
    ) -> None:
        self.subject = subject
        self.model_folder = model_folder
        self.report = report
        self.tell = tell

    async def run(self) -> None:
        """Run all checks and add their findings and timings to the report."""
        memory = self.subject.memory_bytes()
        rows, asked, own = await self.find_rows()
        answers, findings = await ask_alone(self.subject, rows, self.tell, own=own)
        self.tell("Asking all rows at once")
        findings += await compare_together(self.subject, answers)
        self.report.asked = asked
        self.report.findings += findings
        if answers.rows:
            await self.look_at_probabilities(answers)
            self.tell("Measuring")
            await self.measure(answers.rows, memory)
            self.tell("Asking what is wrong")
            self.report.findings += await ask_wrong_rows(self.subject, answers.rows[0])

    async def find_rows(self) -> tuple[list[Row], SampleSource, bool]:
        """Return sample rows, their source, and whether they come from the model folder."""
        signature = self.subject.signature
        try:
            rows = await asyncio.to_thread(read_example, self.model_folder.folder, signature)
        except ValueError as error:
            self.report.findings.append(Kind.EXAMPLE_NOT_USED.found(str(error)))
            rows = None
        if rows:
            return rows, SampleSource(len(rows), EXAMPLE), True
        rows, remark = await self.rows_of_dataset()
        if rows:
            return rows, SampleSource(len(rows), DATASET), True
        made_up = make_up_rows(signature, self.subject.answered)
        return made_up, SampleSource(len(made_up), "made up from the signature", remark), False

    async def rows_of_dataset(self) -> tuple[list[Row] | None, str | None]:
        """Return the rows of `get_dataset()`, or None if there are none, and a remark on why they were left out."""
        if self.model_folder.code is None:
            return None, None
        self.tell(f"Asking for rows: {DATASET}")
        reply = await self.subject.inquire("dataset")
        if "raised" in reply:
            return None, f"{DATASET} was left out: {told_by(reply['raised'])}"
        if not reply["rows"]:
            return None, None
        try:
            return rows_of(self.subject.signature, reply["rows"], DATASET), None
        except ValueError as error:
            return None, f"Rows were left out: {error}"

    async def look_at_probabilities(self, answers: Answers) -> None:
        """Report whether the probabilities are valid and consistent with the labels."""
        if self.subject.signature.probabilities:
            told = await self.subject.inquire("classes")
            findings = check_probabilities(self.subject.signature, answers, told.get("classes", []))
            self.report.findings += findings

    async def measure(self, rows: Sequence[Row], memory: int | None) -> None:
        """Report the call durations in milliseconds, and the memory in bytes."""
        hundred = [rows[at % len(rows)] for at in range(HUNDRED)]
        median = self.subject.median_milliseconds
        self.report.figures = Timings(
            load_seconds=self.report.figures.load_seconds,
            row_milliseconds=await median(rows[:1], calls=ROW_CALLS, at_most_seconds=MEASURING_SECONDS),
            hundred_rows_milliseconds=await median(
                hundred, calls=HUNDRED_ROWS_CALLS, at_most_seconds=MEASURING_SECONDS
            ),
            memory_bytes=memory,
        )
