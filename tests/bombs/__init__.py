"""Hostile files and requests, made in code: bombs of pixels and frames, polyglots, damage.

Each module is a family and has a function `bombs()`. `tests.bombs.every` puts them together, and
`tests.bombs.siege` sends them to a running service and looks at what becomes of it.
"""
