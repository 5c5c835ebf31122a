"""What is shown: pages out of the catalog and the evidence."""
