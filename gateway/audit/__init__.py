"""The contract of the REST API as audits, which run against any base URL that claims to be it."""
