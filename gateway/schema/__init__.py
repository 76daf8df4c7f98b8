"""The Strawberry types, one noun a file; resolvers follow links and rename, nothing more."""
