"""What Web Single is compared with: nothing in here is a dependency of the project."""
