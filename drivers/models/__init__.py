from drivers.models.claims import AT_BRANCH, OPEN, Claim, ClaimPace, ClaimStatus, ClaimWay
from drivers.models.contracts import Contract, ContractKind
from drivers.models.driving import Driving
from drivers.models.register import Driver, Engagement, certificate_hash, licence_hash

__all__ = [
    "AT_BRANCH",
    "OPEN",
    "Claim",
    "ClaimPace",
    "ClaimStatus",
    "ClaimWay",
    "Contract",
    "ContractKind",
    "Driver",
    "Driving",
    "Engagement",
    "certificate_hash",
    "licence_hash",
]
