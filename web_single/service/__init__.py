"""What the system does, without HTTP and without SQL."""
