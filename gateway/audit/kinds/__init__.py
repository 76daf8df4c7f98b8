"""The kinds of checks: functions with parameters, each of which can fail in a way of its own."""
