"""The `web-single` command: one module per subcommand, and what they share."""
