from drivers.models.contracts import Contract, ContractKind
from drivers.models.driving import Driving
from drivers.models.register import Driver, Engagement, certificate_hash, licence_hash

__all__ = ["Contract", "ContractKind", "Driver", "Driving", "Engagement", "certificate_hash", "licence_hash"]
