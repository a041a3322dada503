"""The whole system on one machine, with nothing but Python: no phone, no key, no Docker."""
