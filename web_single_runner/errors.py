"""Errors of the model process: their messages are shown to the data scientist."""


class UnsupportedModelError(Exception):
    """The model folder cannot be served; the message states the problem and what is accepted."""


class CannotConvertError(Exception):
    """The model cannot be compiled; it is served on the reference path."""
