"""How properties are checked: no deadline for one example, because the machines that run the suite are shared."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("shared machines", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machines")
