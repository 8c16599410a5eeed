"""The ground floor's own consumers of events, registered once all rooms have said whom they tell (portal.apps)."""

from portal import events, telling
from portal.actions import invitations, notices, roots

events.consume("notices", telling.kinds(), notices.tell)
events.consume("invitations", ["portal.invited", "portal.invitation_sent_again"], invitations.send)
events.consume("root-hook", ["portal.root_published"], roots.post_to_hook)
