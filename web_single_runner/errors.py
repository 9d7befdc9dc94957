"""Why a delivery cannot be served, or not compiled, each in a sentence for the data scientist."""


class UnsupportedModelError(Exception):
    """What the delivery is, and what is accepted."""


class CannotConvertError(Exception):
    """Why the model is not compiled; it is served all the same."""
