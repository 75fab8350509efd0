"""Simulators of messaging platforms and model providers on loopback, as honest as the facts about the real ones allow."""
