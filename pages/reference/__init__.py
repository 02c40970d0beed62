"""The contract as a person reads it: operations, what they take and answer, and how they are called from three languages."""

from pages.reference.contract import Contract
from pages.reference.operations import Answer, Event, Operation
from pages.reference.schemas import Shape

__all__ = ["Answer", "Contract", "Event", "Operation", "Shape"]
