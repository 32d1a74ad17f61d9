"""The subjects of the command line, one module each, loaded when asked for."""
