"""Python compatibility of code that is pickled by value, as cloudpickle does."""

CODE_TYPE = "CodeType"  # cloudpickle looks up this type by name and calls it with the parts of a code object

# Code objects of Python 3.8 to 3.10 have 16 parts, later ones 18. The seventh is the bytecode.
PARTS_BEFORE_3_11, PARTS_SINCE_3_11 = 16, 18
BYTECODE = 6

# Since 3.11 every function has a RESUME, whose opcode changes per version. Before 3.13, 149 is another instruction.
RESUME = {151: {11, 12}, 149: {13}, 128: {14}}
# 3.11 and 3.12 share the opcode of RESUME. The number of cache entries after these instructions tells them apart:
# opcode: (entries in 3.11, entries in 3.12).
EMPTY = 0
PLACES = {25: (4, 1), 93: (0, 1), 106: (4, 9), 107: (2, 1), 116: (5, 4), 171: (4, 3)}
RETURN_CONST_OF_3_12 = 121
LOAD_CONST_AND_RETURN_OF_3_11 = bytes([100, 83])


def compatible_minors(parts: tuple[object, ...]) -> set[int] | None:
    """Return the minor versions of Python 3 that can run a code object of these parts, or None if unknown."""
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
