"""Registers filled from files: cells and headings as people write them, files as programs write them, and the tables
that rooms describe. What a person may ask of it stands in portal.actions.imports, the work itself in imports.work."""
