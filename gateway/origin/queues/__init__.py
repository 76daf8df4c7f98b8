"""A subscriber's two queues: what is in them, what may be changed, and what a title's state is."""
