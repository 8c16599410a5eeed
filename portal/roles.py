"""What a role may do at which kind of organisation, and where it starts: one table, no database."""

from portal.models import OrganisationKind, Role

HANDLE = "handle_appeals"
OVERSEE = "oversee_appeals"
UNSEAL = "unseal_appeals"
ANSWER_FOR_COMPANY = "answer_for_company"
READ_FIGURES = "read_figures"
HELP_AT_HOME = "help_at_home"
ADMINISTER_SYSTEM = "administer_system"
ADMINISTER_SECURITY = "administer_security"
READ_AUDIT = "read_audit"
PERMISSIONS = (
    HANDLE,
    OVERSEE,
    UNSEAL,
    ANSWER_FOR_COMPANY,
    READ_FIGURES,
    HELP_AT_HOME,
    ADMINISTER_SYSTEM,
    ADMINISTER_SECURITY,
    READ_AUDIT,
)

Place = tuple[Role, OrganisationKind]
_DEPARTMENT, _COMMITTEE = OrganisationKind.DEPARTMENT, OrganisationKind.COMMITTEE
_ENTERPRISE, _BRANCH = OrganisationKind.ENTERPRISE, OrganisationKind.BRANCH

# A custodian opens sealed names and sees nothing else; the three administrators read no appeal at all.
TABLE: dict[Place, frozenset[str]] = {
    (Role.CONTACT, _BRANCH): frozenset({HANDLE}),
    (Role.CONTACT, _ENTERPRISE): frozenset({HANDLE}),
    (Role.SECRETARY, _BRANCH): frozenset({HANDLE}),
    (Role.SECRETARY, _ENTERPRISE): frozenset({HANDLE}),
    (Role.SECRETARY, _COMMITTEE): frozenset({HANDLE, OVERSEE}),
    (Role.DEPUTY_SECRETARY, _BRANCH): frozenset({HANDLE}),
    (Role.DEPUTY_SECRETARY, _ENTERPRISE): frozenset({HANDLE}),
    (Role.DEPUTY_SECRETARY, _COMMITTEE): frozenset({HANDLE, OVERSEE}),
    (Role.ENTERPRISE_STAFF, _ENTERPRISE): frozenset({HANDLE}),
    (Role.COMMITTEE_STAFF, _COMMITTEE): frozenset({HANDLE, OVERSEE}),
    (Role.CUSTODIAN, _COMMITTEE): frozenset({UNSEAL}),
    (Role.ANALYST, _DEPARTMENT): frozenset({READ_FIGURES}),
    (Role.VOLUNTEER, OrganisationKind.HOME): frozenset({HELP_AT_HOME}),
    (Role.LIAISON, OrganisationKind.PLATFORM): frozenset({ANSWER_FOR_COMPANY}),
    (Role.LIAISON, OrganisationKind.LEASING): frozenset({ANSWER_FOR_COMPANY}),
    (Role.AUDITOR, _DEPARTMENT): frozenset({READ_AUDIT}),
    (Role.AUDITOR, _COMMITTEE): frozenset({READ_AUDIT}),
    (Role.SYSTEM_ADMIN, _DEPARTMENT): frozenset({ADMINISTER_SYSTEM}),
    (Role.SYSTEM_ADMIN, _COMMITTEE): frozenset({ADMINISTER_SYSTEM}),
    (Role.SECURITY_ADMIN, _DEPARTMENT): frozenset({ADMINISTER_SECURITY}),
    (Role.SECURITY_ADMIN, _COMMITTEE): frozenset({ADMINISTER_SECURITY}),
    (Role.AUDIT_ADMIN, _DEPARTMENT): frozenset({READ_AUDIT}),
    (Role.AUDIT_ADMIN, _COMMITTEE): frozenset({READ_AUDIT}),
}

# Their holders act on their own phones and see only their own drivers' cases: a code by SMS is enough.
CODE_ONLY = frozenset({Role.CONTACT, Role.VOLUNTEER})

# Nobody holds two of these at once: who appoints, who runs the system and who reads the log are three people.
APART = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

# The URL name a role starts at; a role that is absent gets its own page at "/".
START_URLS: dict[Role, str] = {
    Role.SECRETARY: "appeals:inbox",
    Role.DEPUTY_SECRETARY: "appeals:inbox",
    Role.ENTERPRISE_STAFF: "appeals:inbox",
    Role.COMMITTEE_STAFF: "appeals:inbox",
    Role.ANALYST: "portal:board",
    Role.AUDITOR: "portal:audit",
}


def permissions_of(role: str, kind: str) -> frozenset[str]:
    """What this role may do at this kind of organisation; nothing where the table has no such post."""
    return TABLE.get((Role(role), OrganisationKind(kind)), frozenset())


def is_possible(role: str, kind: str) -> bool:
    return (Role(role), OrganisationKind(kind)) in TABLE


def kinds_for(role: str) -> list[OrganisationKind]:
    return [kind for (listed, kind) in TABLE if listed == role]


def needs_second_factor(role: str) -> bool:
    return Role(role) not in CODE_ONLY
