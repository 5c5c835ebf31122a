"""Ways to the minimum and along the edge: descent, flows, schedules, critical points."""
