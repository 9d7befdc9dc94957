"""Sockets and processes: uvicorn with the limits of this service, the supervisor and its workers."""
