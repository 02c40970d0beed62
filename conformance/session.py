"""A session with a server: connections, the trial that clauses are given, and order left behind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from .asking import Caller, connection
from .contract import the_contract
from .exchanges import Recorder
from .findings import NotMet, NotPossible, Silent
from .options import Options
from .patience import Patience
from .trial import Trial


@contextmanager
def session(options: Options, tell: Callable[[str], None] = lambda _what: None) -> Iterator[tuple[Trial, Recorder]]:
    """A trial of a server. Endpoints, receiver and mailbox are cleared away at the end, whatever happened."""
    recorder, contract, patience = Recorder(), the_contract(), Patience()
    with connection(options.url, options.seconds) as client:

        def caller(who: str, key: str | None) -> Caller:
            write = options.write
            return Caller(client, contract, recorder, who=who, key=key, may_write=write, tell=tell, patience=patience)

        trial = Trial(
            options,
            contract,
            public=caller("nobody", None),
            with_key=caller("academy", options.key) if options.key else None,
            with_other_key=caller("other academy", options.other_key) if options.other_key else None,
        )
        try:
            yield trial, recorder
        finally:
            if "stage" in vars(trial):
                with suppress(NotMet, NotPossible, Silent):
                    trial.stage.clear()
            trial.close()
