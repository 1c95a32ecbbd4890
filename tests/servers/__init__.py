"""Real PostgreSQL, Valkey, S3 and RabbitMQ for the tests, as children of the test process."""
