"""The contract as audits, as the tests and their readers see it."""

from gateway.audit.audit import Audit, Check, Level
from gateway.audit.listing import AUDITS

__all__ = ["AUDITS", "Audit", "Check", "Level"]
