"""The pages that people see: plain HTML that works without scripts. Pure."""
