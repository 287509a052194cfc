"""What the benchmarks of whole pages share: a made shop, servers, load, tables."""
