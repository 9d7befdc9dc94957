"""The OpenAPI document of the model that is served."""
