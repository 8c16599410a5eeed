from platforms.models.companies import Company, RegisterState, liaisons_of
from platforms.models.permits import Permit
from platforms.models.rules import DispatchRule, RuleVersion
from platforms.models.ties import Kinship, Tie, TieKind
from platforms.models.vehicles import Energy, PlateColour, Vehicle, transport_licence_hash, vin_hash

__all__ = [
    "Company",
    "DispatchRule",
    "Energy",
    "Kinship",
    "Permit",
    "PlateColour",
    "RegisterState",
    "RuleVersion",
    "Tie",
    "TieKind",
    "Vehicle",
    "liaisons_of",
    "transport_licence_hash",
    "vin_hash",
]
