from platforms.models.companies import Company, liaisons_of
from platforms.models.rules import DispatchRule, RuleVersion
from platforms.models.ties import Kinship, Tie, TieKind

__all__ = ["Company", "DispatchRule", "Kinship", "RuleVersion", "Tie", "TieKind", "liaisons_of"]
