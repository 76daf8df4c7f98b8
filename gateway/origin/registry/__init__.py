"""Who is registered: applications and subscribers, as those who run the origin manage them."""
