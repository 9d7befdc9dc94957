"""Predictions: from features to results. Contains no HTTP and no SQL, and never loads the model in this process."""
