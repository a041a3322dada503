"""What happens: one module a theme, one function a command."""
