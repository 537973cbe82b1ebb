"""What stands between the title and the body: key points, a standfirst. They become the summary."""

from __future__ import annotations

from dedupe.clean.blocks import Block, Role, Stage
from dedupe.clean.fields import Fields

_KEY_POINTS = (
    "les essentiels", "l essentiel", "en bref", "points cles", "les points cles", "ce qu il faut retenir",
    "a retenir", "en resume", "key points", "key takeaways", "at a glance", "in brief", "highlights", "summary",
    "das wichtigste", "auf einen blick", "kurz und knapp", "zusammenfassung", "lo esencial", "en resumen", "claves",
    "in sintesi", "in breve", "punti chiave", "em resumo", "pontos principais", "in het kort", "samenvatting",
    "what you need to know", "the key points", "in short", "kort fortalt",
)  # fmt: skip
_MOST_POINTS = 7
_POINT_WORDS = 45
_LEAST_BODY = 3


def cut_key_points(blocks: list[Block], fields: Fields, *, unheaded: bool) -> None:
    """Cut a box of key points at the top of the body, and state it as the summary.

    Args:
        blocks: the document's blocks.
        fields: given the summary.
        unheaded: also take a bare list that stands before the first paragraph.
    """
    live = [block for block in blocks if block.cut is None]
    for at, block in enumerate(live[:6]):
        headed = not block.prose and block.folded.startswith(_KEY_POINTS)
        if not headed and not (unheaded and at == 0 and block.role is Role.ITEM):
            continue
        items: list[Block] = []
        for other in live[at + headed :]:
            if other.role is not Role.ITEM or other.words > _POINT_WORDS:
                break
            items.append(other)
        rest = live[at + headed + len(items) :]
        if not 2 <= len(items) <= _MOST_POINTS or sum(b.prose for b in rest) < _LEAST_BODY:
            continue
        if not any(item.ends or item.words > 8 for item in items):
            continue
        fields.state("summary", "\n".join(item.text for item in items), "key-points")
        for other in [block, *items] if headed else items:
            other.role = Role.STANDFIRST
            other.drop("key-points", Stage.FIELD)
        return
