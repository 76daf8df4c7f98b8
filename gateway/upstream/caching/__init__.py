"""The cache of representations: one entry per identity and resource, what is expanded in it beside it.

``parts`` takes a representation apart and puts it together again; ``shelf`` decides what is fresh, what may
still be used and what is kept; ``memory`` and ``shared`` are where entries lie: in this process, or in a
store that all nodes share, as ``codec`` writes them.
"""
