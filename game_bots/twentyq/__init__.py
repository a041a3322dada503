"""스무고개: the room asks yes-or-no questions until somebody names the secret."""
