//! HTTP: /api/v1, OpenAPI, live stream.
