"""The segments that disputed lines are cut into, and the claim lines beside them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """One segment of a chain: its id, its name and Natural Earth's pieces (ne_id) it stands for."""

    id: str
    name: str
    natural_earth: tuple[int, ...]
    note: str = ""


INDIA_PAKISTAN = (
    Piece("pk-in-international", "India-Pakistan boundary", (1746705291, 1746708369)),
    Piece(
        "pk-in-working-boundary",
        "Working boundary (Jammu)",
        (1746708757,),
        "Between Punjab (Pakistan) and Jammu; Natural Earth counts it to the Line of Control.",
    ),
    Piece("line-of-control-south", "Line of Control (southern part)", (1746709133,)),
    Piece("line-of-control-middle", "Line of Control (short middle part)", (1746709127,)),
    Piece("line-of-control-north", "Line of Control (northern part)", (1746709141,)),
    Piece(
        "siachen",
        "Siachen, line of actual positions",
        (1746708603,),
        "Beyond the last agreed point of the Line of Control.",
    ),
)
"""From the sea to the China end."""

PAKISTAN_CHINA = (
    Piece("pk-cn-north", "China-Pakistan boundary (western part)", (1746708553,)),
    Piece(
        "pk-cn-shaksgam",
        "China-Pakistan boundary (along the Shaksgam tract)",
        (1746706305,),
    ),
)
"""From the Afghan end eastwards."""

INDIA_CHINA = (
    Piece("in-cn-siachen", "China-India line (Siachen to the Karakoram)", (1746708661,)),
    Piece("in-cn-karakoram", "China-India line (Karakoram Pass)", (1746708655,)),
    Piece(
        "in-cn-aksai-chin",
        "China-India line (Aksai Chin, de facto)",
        (1746705319,),
        "De facto line; India claims the land to the east of it.",
    ),
    Piece("in-cn-pangong", "China-India line (south of Pangong)", (1746708423,)),
    Piece("in-cn-demchok", "China-India line (Demchok)", (1746708449,)),
    Piece("in-cn-spiti", "China-India line (Spiti)", (1746708429,)),
    Piece("in-cn-kaurik", "China-India line (Kaurik)", (1746708457,)),
    Piece("in-cn-kinnaur", "China-India line (Kinnaur)", (1746708437,)),
    Piece("in-cn-nelang", "China-India line (Nelang)", (1746708463,)),
    Piece("in-cn-mana", "China-India line (Mana)", (1746708443,)),
    Piece("in-cn-barahoti", "China-India line (Barahoti)", (1746708469,)),
    Piece("in-cn-nepal", "China-India line (to Nepal)", (1746706745,)),
)
"""From the Pakistan end to the Nepal end."""

KASHMIR_EDGES = (("PK-GB", "PK-KP"), ("PK-GB", "PK-JK"), ("PK-JK", "PK-KP"), ("PK-JK", "PK-PB"))
"""Lines between units that some policies draw as more than administrative."""

CLAIMS = (
    ("claim-india-shaksgam", "Indian claim", (76.8, 36.0), "Indian claim line north of Shaksgam"),
    (
        "claim-india-aksai-chin",
        "Indian claim",
        (79.5, 35.2),
        "Indian claim line north and east of Aksai Chin",
    ),
    ("claim-pakistan-ladakh", "Pakistani claim", (77.2, 32.8), "Pakistani claim line (Ladakh)"),
    ("claim-pakistan-jammu", "Pakistani claim", (75.55, 32.4), "Pakistani claim line (Jammu)"),
    ("claim-china-demchok", "Chinese claim", (79.15, 32.9), "Chinese claim line (Demchok)"),
    ("claim-china-kaurik", "Chinese claim", (78.55, 32.05), "Chinese claim line (Kaurik)"),
    ("claim-china-nelang", "Chinese claim", (79.1, 31.2), "Chinese claim line (Nelang)"),
    ("claim-china-barahoti", "Chinese claim", (80.05, 30.75), "Chinese claim line (Barahoti)"),
)
"""(id, kind in the source, a point inside its box, name)."""

SIACHEN_EAST = Piece(
    "siachen-east",
    "Siachen, line from the end of the Line of Control to the Karakoram Pass",
    (1746708607,),
    "The other edge of the Siachen area; exists only in Natural Earth.",
)
