"""What the origin reads: every query takes a list and costs a handful of statements, however long it is."""

from gateway.origin.queries.families import child_ids, series_ids
from gateway.origin.queries.filmography import filmography_ids, people
from gateway.origin.queries.loading import title_rows, titles
from gateway.origin.queries.similars import similar_ids

__all__ = ["child_ids", "filmography_ids", "people", "series_ids", "similar_ids", "title_rows", "titles"]
