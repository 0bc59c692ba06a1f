"""From an empty file to our schema, with a copy of what holds data; a newer schema is left alone."""

import json
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from mppmon.mall.principal import SYSTEM
from mppmon.store import Batch, NoDatabase, SchemaNewer, SchemaOlder, Store, StoreError, schema, sqlite_url
from mppmon.store import migrate as migration
from mppmon.store.connect import connect, parse
from mppmon.store.migrate import MIGRATIONS, main, migrate
from mppmon.store.migrating import Migrated, migrate_in_child
from tests.unit.store_kit import MONDAY, new_database, transition

HEAD = schema.VERSIONS[-1]
NEXT = "0900"
BEGINNING = f"from alembic import op\nrevision, down_revision = '{NEXT}', '{HEAD}'\n"


def execute(path: Path, statement: str) -> None:
    raw = sqlite3.connect(path)
    raw.execute(statement)
    raw.commit()
    raw.close()


def test_the_migrations_make_the_tables_the_code_works_with(tmp_path: Path) -> None:
    url = new_database(tmp_path / "mppmon.db")
    engine = connect(parse(url), read_only=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def test_the_versions_are_those_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    steps = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(reversed([one.revision for one in steps])) == schema.VERSIONS


def test_an_empty_database_needs_no_copy_and_the_second_run_does_nothing(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "mppmon.db")
    assert migrate(url, tmp_path / "copies", now=MONDAY) == Migrated(None, HEAD)
    assert migrate(url, tmp_path / "copies", now=MONDAY) == Migrated(HEAD, HEAD)
    assert not (tmp_path / "copies").exists()
    Store.open(url).close()


def test_data_is_copied_before_it_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A schema of later on top of a database that holds data."""
    url = new_database(tmp_path / "mppmon.db")
    with Store.open(url) as store:
        store.commit(SYSTEM, Batch(transitions=[transition("a/reach", "up", MONDAY)]))
    later = tmp_path / "migrations"
    (later / "versions").mkdir(parents=True)
    for source in ("env.py", *(f"versions/{one.name}" for one in (MIGRATIONS / "versions").glob("*.py"))):
        (later / source).write_text((MIGRATIONS / source).read_text())
    (later / "versions" / "0900_later.py").write_text(
        BEGINNING
        + "def upgrade():\n    op.execute('create table later (id text)')\n    op.execute('drop table audit')\n"
    )
    monkeypatch.setattr(migration, "MIGRATIONS", later)
    monkeypatch.setattr(migration, "VERSIONS", (*schema.VERSIONS, NEXT))
    done = migrate(url, tmp_path / "copies", now=MONDAY)
    copy = tmp_path / "copies" / f"mppmon-schema-{HEAD}-20261123T010000Z.db"
    assert done == Migrated(HEAD, NEXT, str(copy))
    with Store.open(sqlite_url(copy)) as copied:
        assert list(copied.saved(SYSTEM).states) == ["a/reach"]
    with pytest.raises(SchemaNewer, match=f"schema {NEXT}, this mppmon knows up to {HEAD}"):
        Store.open(url)


def test_a_database_of_the_first_schema_is_brought_to_the_present_one_with_all_it_holds(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "mppmon.db")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = connect(parse(url), read_only=False, create=True)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    row = "values (1, 'i', 'a/reach', 'unknown', 'up', 0, 0, 'answered', 'r', null)"
    execute(tmp_path / "mppmon.db", f"insert into transition {row}")
    assert migrate(url, tmp_path / "copies", now=MONDAY).found == "0001"
    with Store.open(url) as store:
        assert list(store.saved(SYSTEM).states) == ["a/reach"]


def test_a_step_that_fails_leaves_the_schema_it_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = new_database(tmp_path / "mppmon.db")
    later = tmp_path / "migrations"
    (later / "versions").mkdir(parents=True)
    for source in ("env.py", *(f"versions/{one.name}" for one in (MIGRATIONS / "versions").glob("*.py"))):
        (later / source).write_text((MIGRATIONS / source).read_text())
    (later / "versions" / "0900_later.py").write_text(
        BEGINNING
        + "def upgrade():\n    op.execute('create table later (id text)')\n    op.execute('drop table absent')\n"
    )
    monkeypatch.setattr(migration, "MIGRATIONS", later)
    monkeypatch.setattr(migration, "VERSIONS", (*schema.VERSIONS, NEXT))
    with pytest.raises(StoreError, match="no such table: absent"):
        migrate(url, tmp_path / "copies", now=MONDAY)
    raw = sqlite3.connect(tmp_path / "mppmon.db")
    assert raw.execute("select count(*) from sqlite_master where name = 'later'").fetchone() == (0,)
    raw.close()
    Store.open(url).close()


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mppmon.db"
    url = new_database(path)
    execute(path, "update alembic_version set version_num = '0999'")
    for attempt in (lambda: Store.open(url), lambda: migrate(url, tmp_path, now=MONDAY)):
        with pytest.raises(SchemaNewer, match="0999"):
            attempt()
    with pytest.raises(SchemaNewer, match="0999"):
        migrate_in_child(url, tmp_path / "copies")
    assert not (tmp_path / "copies").exists()


def test_an_older_or_empty_schema_waits_for_its_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = new_database(tmp_path / "mppmon.db")
    monkeypatch.setattr("mppmon.store.store.VERSIONS", (*schema.VERSIONS, NEXT))
    with pytest.raises(SchemaOlder, match=f"schema {HEAD}, expected {NEXT}"):
        Store.open(url)
    (tmp_path / "empty.db").touch()
    with pytest.raises(NoDatabase, match="no tables"):
        Store.open(sqlite_url(tmp_path / "empty.db"))


def test_somebody_elses_database_is_not_touched(tmp_path: Path) -> None:
    execute(tmp_path / "other.db", "create table transition (id)")
    with pytest.raises(StoreError, match="tables that are not mppmon's"):
        migrate(sqlite_url(tmp_path / "other.db"), tmp_path, now=MONDAY)
    (tmp_path / "text.db").write_text("no database at all, " * 99)
    with pytest.raises(StoreError, match="NOTADB"):
        migrate(sqlite_url(tmp_path / "text.db"), tmp_path, now=MONDAY)


def test_in_a_child(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "a database.db")
    assert migrate_in_child(url, tmp_path / "copies") == Migrated(None, HEAD)
    Store.open(url).close()


def test_a_database_that_needs_no_migration_needs_no_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = new_database(tmp_path / "mppmon.db")
    monkeypatch.setattr("mppmon.store.migrating.sys.executable", "/nonexistent")
    assert migrate_in_child(url, tmp_path / "copies") == Migrated(HEAD, HEAD)
    execute(tmp_path / "mppmon.db", "update alembic_version set version_num = '0000'")
    with pytest.raises(FileNotFoundError):  # that one would need it
        migrate_in_child(url, tmp_path / "copies")


def test_the_program_answers_with_one_line_of_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["postgresql://me:hush@db/mppmon", "--backup", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    answer = json.loads(out)
    assert out.count("\n") == 1
    assert answer["error"] == "StoreError"
    assert answer["message"].startswith("database URL: found 'postgresql', expected sqlite:///PATH")
    assert "hush" not in out


def test_a_migration_that_takes_too_long_ends_itself_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "slow"
    program.write_text("#!/bin/sh\nkill -ALRM $$\n")
    program.chmod(0o755)
    monkeypatch.setattr("mppmon.store.migrating.sys.executable", str(program))
    with pytest.raises(StoreError, match="took longer than 600 s"):
        migrate_in_child(f"sqlite:///{tmp_path}/a.db", tmp_path / "backup")
