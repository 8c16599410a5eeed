from drivers.models.contracts import Contract, ContractKind
from drivers.models.register import Driver, Engagement, licence_hash

__all__ = ["Contract", "ContractKind", "Driver", "Engagement", "licence_hash"]
