"""Korean word forms and sentence endings, for whichever game reads what a player types."""
