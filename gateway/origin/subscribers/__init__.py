"""What belongs to a subscriber, apart from queues and tokens."""
