"""Presentation: the only place that knows HTTP. It parses, calls the service, and answers."""
