"""What notebooks build: data, models, solvable worlds and ways to train, each tested against a known answer."""
