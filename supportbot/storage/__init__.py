"""The only SQL: engine, migrations, tables, repositories, sealed fields."""
