"""What is shown: pages out of the catalog and the evidence; what of it lists, search and exports need, the core has."""
