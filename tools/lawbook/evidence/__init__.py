"""What was measured: notebooks, run and recorded."""
