"""What subscribers think of titles, and what they may come to think of others."""
