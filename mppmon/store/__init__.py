"""What must not be lost: SQLAlchemy Core and Alembic; every query takes a Principal."""
