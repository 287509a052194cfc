"""The benchmark of whole pages: variants, the servers that make them, where the time goes."""
