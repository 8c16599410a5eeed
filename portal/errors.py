"""The three ways a request is turned down: PermissionDenied says who, Refused says when, ValidationError says shape."""


class Refused(Exception):
    """A rule said no. Its sentence is for the person who reads it: a form error on a page, 409 in the API."""


class Stale(Refused):
    """Someone else moved it meanwhile; `theirs` says who did what: shown above the writer's own text."""

    def __init__(self, sentence: str, theirs: str = "") -> None:
        super().__init__(sentence)
        self.theirs = theirs
