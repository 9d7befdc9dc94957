"""Web Single: one web server, one model, every answer stored."""
