"""The catalogue behind docs/troubleshooting.md: what you see, what it means, what to do. `make docs` writes it."""
