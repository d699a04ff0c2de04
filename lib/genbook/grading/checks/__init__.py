"""The public checks, one module an assignment: properties on fresh random inputs."""
