"""Which of the things that pass a proxy of the tests meets a fault."""
import dataclasses
import typing


@dataclasses.dataclass
class Rule:
    """A fault, and the requests or statements it is for: of those that match, `times` many from the `nth` on."""
    fault: typing.Any
    match: typing.Callable[[typing.Any], bool]
    nth: int = 1
    times: int | None = 1           # None: all
    seen: int = 0                   # that matched so far
    applied: int = 0

    def takes(self, passing) -> bool:
        """To be asked once for each."""
        if not self.match(passing):
            return False
        self.seen += 1
        return self.nth <= self.seen and (self.times is None or self.seen < self.nth + self.times)
