"""The one way a page makes a move: the portal's, by the name the pages of this room know."""

from portal.views.doors import kept_text, make_move

__all__ = ["kept_text", "make_move"]
