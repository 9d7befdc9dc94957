"""Checks of model results: single rows against batches, repeated calls, and invalid rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from web_single.predictor.signature.signature import Signature
from web_single.predictor.signature.tolerance import all_close
from web_single.service.check.finding_types import Kind
from web_single.service.check.report import Finding, ProgressCallback
from web_single.service.check.runner_client import Reply, RunnerClient
from web_single.service.check.sample_rows import Row, wrong_rows

VALUES_TOLD = 8

Difference = tuple[Row, Reply, Reply]


@dataclass(frozen=True)
class Answers:
    """Rows with the model's replies, one call for each row."""

    rows: Sequence[Row]
    alone: Sequence[Reply]


async def ask_alone(
    subject: RunnerClient, rows: Sequence[Row], tell_progress: ProgressCallback, *, own: bool
) -> tuple[Answers, list[Finding]]:
    """Call the model for each row alone; return the rows with results, and findings about the others.

    The calls stop after a row that ends the model process.

    Args:
        subject: The client of the model process.
        rows: The sample rows.
        tell_progress: Called before each row.
        own: Whether the rows come from the model folder instead of the signature.
    """
    answered: list[Row] = []
    alone: list[Reply] = []
    refused: list[tuple[Row, Reply]] = []
    for done, row in enumerate(rows):
        tell_progress("Asking the rows one by one", done, len(rows))
        reply = await subject.ask([row])
        if reply.ended:
            finding = Kind.PROCESS_ENDED.found(f"{shown(row)} was not answered. {reply.error}")
            return Answers(answered, alone), [finding]
        if reply.results is None:
            refused.append((row, reply))
        else:
            answered.append(row)
            alone.append(reply)
    kind = Kind.REFUSES_ITS_OWN_ROWS if own else Kind.REFUSES_A_MADE_UP_ROW
    findings = []
    if refused:
        row, reply = refused[0]
        count = f"{len(refused)} of {len(rows)} rows get no answer, such as {shown(row)}: {reply.error}"
        findings.append(kind.found(count))
    return Answers(answered, alone), findings


async def compare_together(subject: RunnerClient, answers: Answers) -> list[Finding]:
    """Call the model twice with all rows as a batch; return findings about results that differ."""
    if not answers.rows:
        return []
    replies = [await subject.ask(rows) for rows in (answers.rows, answers.rows[:1], answers.rows)]
    first, again, second = replies
    for reply in replies:
        if reply.results is None:
            message = f"{len(answers.rows)} rows that are answered one by one are not answered at once: {reply.error}"
            return [(Kind.PROCESS_ENDED if reply.ended else Kind.DEPENDS_ON_OTHER_ROWS).found(message)]
    together = [first.part(at) for at in range(len(answers.rows))]
    changed = [
        *differing(answers.rows, together, [second.part(at) for at in range(len(answers.rows))]),
        *differing(answers.rows[:1], answers.alone[:1], [again]),
    ]
    if changed:
        return [tell(Kind.NOT_DETERMINISTIC, changed, ("once", "and then"))]
    others = differing(answers.rows, answers.alone, together)
    return [await tell_others(subject, others)] if others else []


async def tell_others(subject: RunnerClient, others: list[Difference]) -> Finding:
    """Return a finding about rows whose results differ between a batch and a single call.

    A repeated single call distinguishes dependence on other rows from non-determinism.
    """
    row, alone, _ = others[0]
    again = await subject.ask([row])
    if not is_equal(again, alone):
        return tell(Kind.NOT_DETERMINISTIC, [(row, alone, again)], ("once", "and then"))
    return tell(Kind.DEPENDS_ON_OTHER_ROWS, others, ("alone", "and among others"))


def differing(rows: Sequence[Row], first: Sequence[Reply], second: Sequence[Reply]) -> list[Difference]:
    """Return the rows whose two replies differ, with both replies."""
    return [each for each in zip(rows, first, second, strict=True) if not is_equal(each[1], each[2])]


def is_equal(first: Reply, second: Reply) -> bool:
    """Return whether the results and probabilities of two replies are equal within the tolerance."""
    return all_close(first.results, second.results) and all_close(first.probabilities, second.probabilities)


def tell(kind: Kind, differences: Sequence[Difference], words: tuple[str, str]) -> Finding:
    """Return a finding about rows with two different replies each."""
    row, first, second = differences[0]
    answers = f"{words[0]} by {answer_of(first, second)} {words[1]} by {answer_of(second, first)}"
    more = f" (and {len(differences) - 1} rows more)" if len(differences) > 1 else ""
    return kind.found(f"{shown(row)} is answered {answers}{more}.")


def answer_of(reply: Reply, other: Reply) -> str:
    """Return the first result as text, or the probabilities if only these differ from the other reply."""
    if not all_close(reply.results, other.results) or reply.probabilities is None:
        return shown((reply.results or [None])[0])
    return "probabilities " + shown(reply.probabilities[0])


async def ask_wrong_rows(subject: RunnerClient, row: Row) -> list[Finding]:
    """Return a finding if user code returns results for invalid rows, or its process ends on them."""
    answered, ended = [], []
    for wrong, wrong_row in wrong_rows(subject.signature, row).items():
        reply = await subject.ask_wrong(wrong_row)
        if reply.results is not None:
            answered.append(f"{wrong} ({shown(wrong_row)}) by {shown(reply.results[0])}")
        elif reply.ended:
            ended.append(f"{wrong} ({shown(wrong_row)})")
    told = [f"`predict` answers {', '.join(answered)}."] if answered else []
    told += [f"The model's process hangs or ends at {', '.join(ended)}."] if ended else []
    return [Kind.ANSWERS_WRONG_INPUT.found(" ".join(told))] if told else []


def findings_of(signature: Signature, trouble: str | None) -> list[Finding]:
    """Return findings about the signature itself.

    Args:
        signature: The signature of the model.
        trouble: Why the signature is unclear, or None.
    """
    findings = []
    if trouble is not None:
        findings.append(Kind.UNCLEAR.found(trouble))
    elif signature.features is None:
        findings.append(Kind.ANY_LENGTH.found("`predict` answers rows of several lengths."))
    if signature.single_row_only and trouble is None:
        findings.append(Kind.ONE_ROW_A_CALL.found("`predict` answers one row, and not two at once."))
    return findings


def shown(value: object) -> str:
    """Return a row or a result as text, with at most `VALUES_TOLD` values of a list."""
    if isinstance(value, list) and len(value) > VALUES_TOLD:
        return f"[{', '.join(map(repr, value[:VALUES_TOLD]))}, and {len(value) - VALUES_TOLD} more]"
    return repr(value)
