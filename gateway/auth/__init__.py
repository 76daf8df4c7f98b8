"""Who is calling: sign-in and sessions."""
