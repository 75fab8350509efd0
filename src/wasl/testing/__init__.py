"""Contract suites, clocks and simulators for whoever writes an adapter."""
