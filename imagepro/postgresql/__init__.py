"""A Django database backend, which Django finds by its name; and how patient it is."""

patience: float | None = None
"""How long any question may take, in seconds; None, as for migrations, is without limit."""


def limit_patience(seconds: float) -> None:
    """Have no question of this process wait longer than that."""
    global patience
    patience = seconds
