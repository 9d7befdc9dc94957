"""LZ4 without its library, which the server has not: to look into an artefact, slowness is no matter.

The formats: "LZ4 Frame Format Description" 1.6.4 and "LZ4 Block Format Description", by Yann Collet.
"""

from struct import unpack_from

MAGIC_BYTES = 4
HAS_BLOCK_CHECKSUMS, HAS_CONTENT_SIZE, HAS_DICTIONARY = 0x10, 0x08, 0x01
STORED_AS_IT_IS = 0x80000000
SHORTEST_MATCH = 4
LENGTH_GOES_ON = 15
LENGTH_BYTE_GOES_ON = 255


def decompress_lz4(frame: bytes) -> bytes:
    """Return what a frame holds; raise EOFError for one that ends in the middle. Checksums are not looked at."""
    try:
        return _decompress(frame)
    except Exception as error:  # whatever is cut, some index is behind its end
        raise EOFError("the LZ4 frame ended before its end mark") from error


def _decompress(frame: bytes) -> bytes:
    flags = frame[MAGIC_BYTES]
    at = MAGIC_BYTES + 3 + (8 if flags & HAS_CONTENT_SIZE else 0) + (4 if flags & HAS_DICTIONARY else 0)
    out = bytearray()
    while size := unpack_from("<I", frame, at)[0]:
        at += 4
        length = size & ~STORED_AS_IT_IS
        block = frame[at : at + length]
        if len(block) < length:
            raise EOFError
        if size & STORED_AS_IT_IS:
            out += block
        else:
            _add_block(out, block)
        at += length + (4 if flags & HAS_BLOCK_CHECKSUMS else 0)
    return bytes(out)


def _add_block(out: bytearray, block: bytes) -> None:
    """Add what a block holds: literals, then a copy of what came before, and so on; it may reach into earlier ones."""
    at = 0
    while True:
        token = block[at]
        literals, at = _length(block, at + 1, token >> 4)
        out += block[at : at + literals]
        at += literals
        if at == len(block):
            return
        distance = block[at] | block[at + 1] << 8
        match, at = _length(block, at + 2, token & 15)
        match += SHORTEST_MATCH
        start = len(out) - distance
        piece = bytes(out[start : start + match])
        out += (piece * (match // len(piece) + 1))[:match]  # a copy may overlap itself


def _length(block: bytes, at: int, start: int) -> tuple[int, int]:
    """Return a length and where it ends; one of 15 goes on in bytes to be added, until one is below 255."""
    if start < LENGTH_GOES_ON:
        return start, at
    while block[at] == LENGTH_BYTE_GOES_ON:
        start += LENGTH_BYTE_GOES_ON
        at += 1
    return start + block[at], at + 1
