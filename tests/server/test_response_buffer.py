"""An answer's head leaves together with the first part of its body, and nothing else changes."""

import asyncio

import pytest

from web_single.server.response_buffer import CONTINUE, ResponseBuffer

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n"


class Recorder(asyncio.Transport):
    """A fake transport: over a real one nobody can see how many writes there were."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[bytes | str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep what is written."""
        self.calls.append(bytes(data))

    def close(self) -> None:
        """Keep that it was closed."""
        self.calls.append("closed")

    def is_closing(self) -> bool:
        """Tell whether it was."""
        return "closed" in self.calls


@pytest.fixture
def transport() -> Recorder:
    """Return what is written to."""
    return Recorder()


@pytest.fixture
def answers(transport: Recorder) -> ResponseBuffer:
    """Return what writes."""
    return ResponseBuffer(transport, transport.close)


def test_an_answer_is_one_write(answers: ResponseBuffer, transport: Recorder) -> None:
    for _ in range(2):
        answers.write(HEAD)
        answers.write(b"one")
        answers.finish()
    assert transport.calls == [HEAD + b"one", HEAD + b"one"]


def test_a_stream_begins_with_its_head_and_goes_on_at_once(answers: ResponseBuffer, transport: Recorder) -> None:
    answers.write(HEAD)
    answers.write(b"one")
    answers.write(b"two")
    assert transport.calls == [HEAD + b"one", b"two"]


def test_an_empty_first_part_sends_the_head(answers: ResponseBuffer, transport: Recorder) -> None:
    answers.write(HEAD)
    answers.write(b"")
    assert transport.calls == [HEAD]


def test_the_head_of_an_answer_without_a_body_is_written(answers: ResponseBuffer, transport: Recorder) -> None:
    """To HEAD and with 204 uvicorn writes no body at all."""
    answers.write(HEAD)
    answers.finish()
    answers.write(HEAD)
    answers.write(b"one")
    assert transport.calls == [HEAD, HEAD + b"one"]


def test_a_client_that_asks_whether_to_go_on_is_told_at_once(answers: ResponseBuffer, transport: Recorder) -> None:
    answers.write(CONTINUE)
    assert transport.calls == [CONTINUE]
    answers.write(HEAD)
    answers.write(b"one")
    assert transport.calls == [CONTINUE, HEAD + b"one"]


def test_a_body_may_say_what_it_likes(answers: ResponseBuffer, transport: Recorder) -> None:
    answers.write(HEAD)
    answers.write(CONTINUE)
    assert transport.calls == [HEAD + CONTINUE]


def test_a_head_is_written_before_the_connection_closes(answers: ResponseBuffer, transport: Recorder) -> None:
    answers.write(HEAD)
    assert not answers.is_closing()
    answers.close()
    assert answers.is_closing()
    assert transport.calls == [HEAD, "closed"]
