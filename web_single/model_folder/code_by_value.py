"""Which Python can run code that a pickle holds by value, as cloudpickle writes it."""

CODE_TYPE = "CodeType"  # cloudpickle asks its helper for this type and calls it with a code object's parts

# Code objects of Python 3.8 to 3.10 have 16 parts, later ones 18. The seventh is the bytecode.
PARTS_BEFORE_3_11, PARTS_SINCE_3_11 = 16, 18
BYTECODE = 6

# Every function since 3.11 has a RESUME, whose number changes; what is 149 in 3.13 has another meaning before.
RESUME = {151: {11, 12}, 149: {13}, 128: {14}}
# 3.11 and 3.12 share it, and give these instructions other numbers of empty places behind them.
EMPTY = 0
PLACES = {25: (4, 1), 93: (0, 1), 106: (4, 9), 107: (2, 1), 116: (5, 4), 171: (4, 3)}
RETURN_CONST_OF_3_12 = 121
LOAD_CONST_AND_RETURN_OF_3_11 = bytes([100, 83])


def compatible_minors(parts: tuple[object, ...]) -> set[int] | None:
    """Return the minor versions of Python 3 that can run a code object of these parts; None where that is not known."""
    if len(parts) == PARTS_BEFORE_3_11:
        return {8, 9, 10}
    code = parts[BYTECODE] if len(parts) == PARTS_SINCE_3_11 else None
    if not isinstance(code, bytes):
        return None
    opcodes = code[::2]
    minors = next((minors for opcode, minors in RESUME.items() if opcode in opcodes), None)
    return _of_3_11_or_3_12(opcodes) if minors == {11, 12} else minors


def _of_3_11_or_3_12(opcodes: bytes) -> set[int]:
    for position, opcode in enumerate(opcodes, start=1):
        if opcode in PLACES:
            places = len(opcodes) - position - len(opcodes[position:].lstrip(bytes([EMPTY])))
            return {11} if places == PLACES[opcode][0] else {12}
    if LOAD_CONST_AND_RETURN_OF_3_11 in opcodes:
        return {11}
    return {12} if RETURN_CONST_OF_3_12 in opcodes else {11, 12}
