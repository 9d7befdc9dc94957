"""The model: from features to results. Knows no HTTP and no SQL, and never loads the model itself."""
