"""What must outlive a request."""
