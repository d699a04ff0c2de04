"""Energy-based models: the chapter is still to come."""
