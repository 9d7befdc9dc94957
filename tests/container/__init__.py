"""The image, really built and run; what that needs is installed where it can be, else these tests are skipped."""
