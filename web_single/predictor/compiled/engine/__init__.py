"""The arithmetic of a compiled model: preprocessing, scores, and the outputs that follow from them."""
