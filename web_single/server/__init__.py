"""Sockets and processes: uvicorn with this service's limits, the supervisor and its workers."""
