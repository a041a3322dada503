"""What a process needs to live: settings, logs, metrics, health, HTTP, signals."""
