"""Wake-ups and clocks: the only place that knows APScheduler."""
