"""Web Single: one web server, one model, every answer stored."""

VERSION = "0.1.0"
