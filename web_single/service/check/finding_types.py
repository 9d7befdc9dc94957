"""All types of findings with their meaning and advice; the source of docs/check.md."""

import re
from collections.abc import Iterable
from enum import Enum

from web_single.service.check.report import Finding, Severity

MOST_CHARACTERS = 400
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")
ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


class Kind(Enum):
    """A type of finding: severity, topic, meaning and advice; `found` fills in the `{}` placeholders."""

    NOT_OPENED = (
        *(
            ERROR,
            "files",
            "There is no artifact where one is expected, or its folder cannot be read or is no delivery.",
        ),
        "Hand over a folder of its own with the artifact (`model.joblib`), `model.py` and `requirements.txt`.",
    )
    WRITES_ON_IMPORT = (
        *(ERROR, "import", "Importing `model.py` would write a model; it is refused before it is run."),
        'Put what trains and saves under `if __name__ == "__main__":`.',
    )
    NO_ENVIRONMENT = (
        *(ERROR, "environment", "There is no interpreter with the libraries that the delivery needs."),
        "Name each library that it imports, with its version, in `requirements.txt` beside the artifact.",
    )
    NOT_LOADED = (
        *(ERROR, "loading", "The model cannot be loaded, or not in time (`LOAD_TIMEOUT_SECONDS`)."),
        (
            "Mend what the sentence names, and load the model in a new process. "
            "`LOG_LEVEL=info` shows what it prints meanwhile."
        ),
    )
    PROCESS_ENDED = (
        *(ERROR, "answers", "The model's process hung or ended while it was asked a row that its signature takes."),
        (
            "Run the delivered `predict` on this row where the model was trained. "
            "`PREDICT_TIMEOUT_SECONDS` says how long a call may take."
        ),
    )
    TRAINS_ON_IMPORT = (
        *(WARNING, "import", "Importing `model.py` would train a model, at each start of the service."),
        'Put what trains under `if __name__ == "__main__":`.',
    )
    NOT_IN_REQUIREMENTS = (
        *(WARNING, "environment", "The delivery needs a package that `requirements.txt` does not name."),
        "Write {} in `requirements.txt`: {}.",
    )
    CODE_BY_VALUE = (
        *(WARNING, "environment", "The artifact holds code by value (cloudpickle); only the same Python can run it."),
        "Define functions and classes in `model.py`, at its top level, and dump the model by joblib.",
    )
    TRUSTED_VERSIONS = (
        *(WARNING, "environment", "Another scikit-learn answers than the one that made the model."),
        "Train it again with this one, or unset `SKLEARN_MISMATCH`: the answers may be wrong.",
    )
    UNCLEAR = (
        *(WARNING, "signature", "The model does not say what it takes, and answered none of the rows that were tried."),
        (
            "Fit it by scikit-learn on a table, or keep `n_features_in_` and `feature_names_in_` in your own class. "
            "An `example.json` with some rows lets `check` ask better ones."
        ),
    )
    NOT_DETERMINISTIC = (
        *(WARNING, "answers", "The same rows get another answer when they are asked again."),
        "Take what is random, or kept between calls, out of `predict`, or give it a fixed seed in each call.",
    )
    DEPENDS_ON_OTHER_ROWS = (
        *(WARNING, "answers", "A row gets another answer among others than alone."),
        "Let `predict` treat each row by itself: scale and fill in by what was fitted, never by the rows of the call.",
    )
    REFUSES_ITS_OWN_ROWS = (
        *(WARNING, "answers", "A row of the delivery's own, of `example.json` or `get_dataset()`, gets no answer."),
        "Run the delivered `predict` on this row: it is one that clients will send.",
    )
    REFUSES_A_MADE_UP_ROW = (
        *(NOTE, "answers", "A row that was made up from the signature gets no answer; a request with it fails."),
        "Nothing where such values do not occur. Rows of your own in `example.json` are asked instead.",
    )
    ANSWERS_WRONG_INPUT = (
        *(WARNING, "wrong input", "`predict` answers rows that cannot be right, instead of raising."),
        "The service refuses such rows itself. Let `predict` raise for all who call it without the service.",
    )
    COMPILED_DIFFERS = (
        *(WARNING, "compiled model", "The compiled model answered a row otherwise than the delivery; it is not used."),
        "Nothing: the delivery itself answers, slower. With COMPILE=trust, let `predict` only ask the model.",
    )
    PROBABILITIES_BROKEN = (
        *(WARNING, "probabilities", "The probabilities of a row are not one for each class, from 0 to 1, 1 in sum."),
        "Let `predict_proba` return a column for each class, in the order of `classes_`.",
    )
    PROBABILITIES_CONTRADICT = (
        *(WARNING, "probabilities", "The label is not the class with the highest probability."),
        "Let `predict` and `predict_proba` prepare the rows alike, and keep the order of `classes_`.",
    )
    PROBABILITIES_DIFFER = (
        *(
            NOTE,
            "probabilities",
            "The label is not the class with the highest probability, as with a threshold of one's own, or an SVC.",
        ),
        "Nothing where this is meant; tell it to those who read the probabilities.",
    )
    MAY_WRITE_OR_TRAIN = (
        *(NOTE, "import", "Importing `model.py` could train or write a model; what it depends on is not known."),
        'Where it is training, put it under `if __name__ == "__main__":`.',
    )
    EXAMPLE_NOT_USED = (
        *(WARNING, "example", "`example.json` cannot be used."),
        'Write a list of rows, or `{"instances": [..]}`, as a request to `/predict/batch` would have them.',
    )
    ONE_ROW_A_CALL = (
        *(NOTE, "answers", "The delivered `predict` takes one row a call, and is called row by row."),
        "Nothing where single predictions are what is needed; a batch takes as long as all its rows.",
    )
    ANY_LENGTH = (
        *(NOTE, "signature", "The model takes rows of any length, so that the service cannot check it."),
        "Keep `n_features_in_` in your own class where only one length is right.",
    )
    NO_REQUIREMENTS = (
        *(
            NOTE,
            "environment",
            "There is no `requirements.txt`: library versions are known from the artifact only.",
        ),
        "Write {} in a `requirements.txt` beside the artifact: {}.",
    )
    NOT_PINNED = (
        *(NOTE, "environment", "`requirements.txt` names a package without a version: in a year it is another one."),
        "Write {} in `requirements.txt` instead: {}.",
    )
    STRAY_FILES = (
        *(NOTE, "files", "Some files do not look like part of a delivery; all belong to the model's version."),
        "Remove them, or let their names begin with a dot: whoever changes one makes another version.",
    )

    def __init__(self, severity: Severity, topic: str, meaning: str, to_do: str) -> None:
        self.severity = severity
        self.topic = topic
        self.meaning = meaning
        self.to_do = to_do

    @property
    def advice(self) -> str:
        """The advice without placeholders, independent of a model folder."""
        return self.to_do.replace(": {}.", ".").replace("{}", "the lines that the report shows")

    def is_among(self, findings: Iterable[Finding]) -> bool:
        """Return whether the findings contain one of this type."""
        return any(finding.name == self.name.lower() for finding in findings)

    def found(self, message: str, *filled_in: str) -> Finding:
        """Return a finding of this type.

        Args:
            message: What was found, in one sentence.
            filled_in: The values for the placeholders of the advice.
        """
        return Finding(
            name=self.name.lower(),
            severity=self.severity,
            topic=self.topic,
            message=one_line(message),
            to_do=self.to_do.format(*filled_in) if filled_in else self.to_do,
        )


def one_line(text: str) -> str:
    """Return text as one line without control characters, cut to `MOST_CHARACTERS`."""
    line = UNPRINTABLE.sub(" ", text).strip()
    return line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 1] + "…"
