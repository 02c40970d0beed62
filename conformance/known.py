"""For each parameter of a path something that exists, so that an operation can be asked about it. Nobody may change it."""

from typing import TYPE_CHECKING

from .asking import Caller
from .contract import Operation
from .prepared import Prepares, prepared
from .sent import sent_events

if TYPE_CHECKING:
    from .trial import Trial


class Known(Prepares):
    """What exists, by the names of parameters."""

    def __init__(self, trial: "Trial") -> None:
        super().__init__()
        self._trial = trial

    @property
    def code(self) -> str:
        """That of a certificate in force."""
        return str(self._trial.stage.valid["code"])

    @property
    def course_id(self) -> str:
        """That of a course."""
        return str(self._trial.stage.course["id"])

    @prepared
    def organization_id(self) -> str:
        """The id of the organization, which its badge classes name."""
        badge = self._trial.public.get(f"/api/obi/badge-class/{self.course_id}").expect(200)
        return str(badge.member("issuer")).rpartition("/")[2]

    @property
    def webhook_id(self) -> str:
        """That of an endpoint."""
        return str(sent_events(self._trial).own.endpoint["id"])

    @property
    def delivery_id(self) -> str:
        """That of a delivery to the endpoint."""
        return str(sent_events(self._trial).own.delivery["id"])


def ids_of(trial: "Trial", operation: Operation) -> dict[str, str]:
    """What the parameters of an operation's path may be."""
    known = trial.stage.made.setdefault("known", Known(trial))
    names = (str(each["name"]) for each in operation.parameters if each["in"] == "path")
    return {name: getattr(known, name) for name in names}


def caller_of(trial: "Trial", operation: Operation) -> Caller:
    """Who asks: nobody where no key is needed."""
    return trial.public if operation.is_public else trial.academy
