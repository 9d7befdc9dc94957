"""LZ4 frames, written by hand where the library would not write them so small."""

from struct import pack

import pytest

from web_single.predictor.lz4_frames import STORED_AS_IT_IS, decompress_lz4

HEADER = b"\x04\x22\x4d\x18" + bytes([0x60, 0x40, 0])
END = pack("<I", 0)


def block(content: bytes, *, stored: bool = False) -> bytes:
    return pack("<I", len(content) | (STORED_AS_IT_IS if stored else 0)) + content


def test_a_stored_block_is_taken_as_it_is() -> None:
    assert decompress_lz4(HEADER + block(b"\x00abc", stored=True) + END) == b"\x00abc"


def test_a_copy_may_overlap_itself_and_reach_into_the_block_before() -> None:
    repeated = bytes([0x2F]) + b"xy" + pack("<H", 2) + bytes([255, 1]) + bytes([0x00])
    assert decompress_lz4(HEADER + block(repeated) + END) == b"xy" + b"xy" * ((15 + 255 + 1 + 4) // 2) + b"x"
    before = bytes([0x00]) + pack("<H", 3) + bytes([0x10]) + b"!"
    assert decompress_lz4(HEADER + block(b"abc", stored=True) + block(before) + END) == b"abcabca!"


@pytest.mark.parametrize("cut", [5, 9, 12, 14])
def test_a_frame_that_ends_in_the_middle_is_told(cut: int) -> None:
    with pytest.raises(EOFError):
        decompress_lz4((HEADER + block(b"abcd", stored=True) + END)[:cut])
