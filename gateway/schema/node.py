"""What every object of the graph has that can be looked up again."""

import strawberry


@strawberry.interface(description="An object that can be looked up again by its id.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque and stable.")
