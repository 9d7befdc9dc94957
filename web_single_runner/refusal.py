"""RefusalError: why a delivery cannot be served, in a sentence for the data scientist."""


class RefusalError(Exception):
    """What the delivery is, and what is accepted."""
