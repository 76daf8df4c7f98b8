"""How much the origin lets be asked, and how much of it is left."""

from datetime import datetime
from typing import Self

import strawberry

from gateway.upstream.quota.budget import Standing


@strawberry.type(description="What the origin lets this gateway ask, and what is left of it today.")
class Quota:
    per_second: int = strawberry.field(description="Calls that may be made in a second.")
    per_day: int = strawberry.field(description="Calls that may be made in a day, in UTC.")
    used: int = strawberry.field(description="Calls that were made today, by all nodes together.")
    remaining: int = strawberry.field(description="Calls that are left today.")
    resets_at: datetime = strawberry.field(description="When the next day begins.")

    @classmethod
    def of(cls, standing: Standing) -> Self:
        return cls(
            per_second=standing.per_second,
            per_day=standing.per_day,
            used=standing.used,
            remaining=standing.remaining,
            resets_at=standing.resets_at,
        )
