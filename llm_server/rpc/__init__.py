"""The gRPC door: generic handlers made from the table and the generated descriptors."""
