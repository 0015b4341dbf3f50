"""The tables, as SQLAlchemy Core sees them; `migrations/` is what creates them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

# Fixed names, so that a later migration can name the constraint it changes on both databases.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

app_state = Table(
    "app_state",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant, kept as milliseconds since 1970: sorts, compares and indexes alike on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Milliseconds; a naive datetime raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        return (value - EPOCH) // _MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """An aware datetime in UTC."""
        return None if value is None else EPOCH + value * _MILLISECOND


def _key() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _person(*, unique: bool = False) -> Column[int]:
    return Column("person_id", BigInteger, nullable=False, unique=unique, index=not unique)


def _belongs_to(column: str, table: str) -> Column[str]:
    return Column(column, Text, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False, index=True)


members = Table(
    "members",
    metadata,
    _key(),
    _person(unique=True),
    Column("zone", LargeBinary, nullable=False),  # sealed
    Column("language", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("quiet", LargeBinary),  # sealed, HH:MM-HH:MM
    Column("vacation", LargeBinary),  # sealed, two dates
    Column("notice", Text),  # what they are to be told at their next command
    Column("catch_up", Boolean, nullable=False),  # some did not go out, and they were not told yet
    Column("sign_at", Instant),  # when they last answered, or asked for something
)

consents = Table(
    "consents",
    metadata,
    _key(),
    _person(),
    Column("community_id", BigInteger),
    Column("scope", Text, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("how", Text, nullable=False),
    Column("given", Boolean, nullable=False),
    # The ledger's own order: two entries can share a millisecond.
    Column("entry", BigInteger, nullable=False),
)

dm_channels = Table(
    "dm_channels",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("last_message_id", BigInteger),
    Column("at", Instant, nullable=False),
)

communities = Table(
    "communities",
    metadata,
    Column("community_id", BigInteger, primary_key=True, autoincrement=False),
    Column("region", Text),
    Column("staff_channel_id", BigInteger),
    Column("changed_at", Instant, nullable=False),
    Column("languages", Text, nullable=False),  # one a line
    Column("handover", Boolean, nullable=False),
    Column("talk_channel_id", BigInteger),  # where threads with members are opened
    Column("duty_role_id", BigInteger),
    Column("duty_after", Integer),  # minutes
    Column("nudge_channel_id", BigInteger),
    Column("summary", Boolean, nullable=False),  # of resources to review, once a week
    Column("summary_at", Instant),  # when the next one is due
    Column("link_check", Boolean, nullable=False),
    Column("setup_step", Text),  # of the wizard, while it is not done
)

community_roles = Table(
    "community_roles",
    metadata,
    Column("community_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role_id", BigInteger, primary_key=True, autoincrement=False),
    Column("may", Text, primary_key=True),
)

# Whoever added and approved a line stands in helpline_signatures only: erasing them leaves the community its line.
community_helplines = Table(
    "community_helplines",
    metadata,
    _key(),
    Column("community_id", BigInteger, nullable=False, index=True),
    Column("region", Text),  # as it was when the line was added
    Column("kind", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("phone", Text),
    Column("text", Text),
    Column("chat_url", Text),
    Column("web_url", Text),
    Column("hours", Text, nullable=False),
    Column("languages", Text, nullable=False),  # one a line
    Column("note", Text),
    Column("source", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("approved_at", Instant),
)

helpline_signatures = Table(
    "helpline_signatures",
    metadata,
    Column(
        "helpline_id", Text, ForeignKey("community_helplines.id", ondelete="CASCADE"), primary_key=True, nullable=False
    ),
    Column("act", Text, primary_key=True),  # added or approved
    _person(),
    Column("at", Instant, nullable=False),
)

member_regions = Table(
    "member_regions",
    metadata,
    _key(),
    _person(unique=True),
    Column("region", LargeBinary, nullable=False),  # sealed
    Column("at", Instant, nullable=False),
)

member_languages = Table(
    "member_languages",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

# Whoever was erased is in it by a keyed hash alone; see storage/erasures.py.
erasures = Table(
    "erasures",
    metadata,
    _key(),
    Column("key_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scope", Text),  # NULL: everything
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False, index=True),
)

# Which moderator changed what, as one chain a community; see storage/audit_chain.py. Only audit_actors names anybody.
audit = Table(
    "audit",
    metadata,
    Column("community_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("mark", Text, nullable=False),
)

audit_actors = Table(
    "audit_actors",
    metadata,
    Column("community_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("salt", Text, nullable=False),
    _person(),
    ForeignKeyConstraint(["community_id", "number"], ["audit.community_id", "audit.number"], ondelete="CASCADE"),
)

# The row of community 0, which is none, is sealed over the ids of all others.
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("community_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("mark", Text, nullable=False),
    Column("purged", BigInteger, nullable=False),
    Column("purged_mark", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("seal", Text, nullable=False),
)

# Who is gone or gave no sign for long, until they are seen again or erased.
absences = Table(
    "absences",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("why", Text, nullable=False),
    Column("since", Instant, nullable=False),
)

# Communities that have rows here, and the bot is not in any more.
departures = Table(
    "departures",
    metadata,
    Column("community_id", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Instant, nullable=False),
)

helpline_checks = Table(
    "helpline_checks",
    metadata,
    Column("helpline_id", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("checked_on", Text, nullable=False),  # YYYY-MM-DD
)

resources = Table(
    "resources",
    metadata,
    Column("community_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("regions", Text, nullable=False),  # one a line
    Column("languages", Text, nullable=False),  # one a line
    Column("cost", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("phone", Text),
    Column("text", Text),
    Column("chat_url", Text),
    Column("web_url", Text),
    Column("hours", Text, nullable=False),
    Column("online", Boolean, nullable=False),
    Column("place", Text),
    Column("tags", Text, nullable=False),  # one a line
    Column("interest", Text),
    Column("checked_on", Text),  # YYYY-MM-DD
    Column("review_by", Text),  # YYYY-MM-DD
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

# What a resource was like after each change; who made it stands in the audit alone.
resource_versions = Table(
    "resource_versions",
    metadata,
    Column("community_id", BigInteger, primary_key=True, autoincrement=False),
    Column("resource_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("entry", Text),  # JSON; NULL where it was taken back as if it had never been
    Column("import_id", Text, index=True),
)

resource_imports = Table(
    "resource_imports",
    metadata,
    _key(),
    Column("community_id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("undone_at", Instant),
    Index("ix_resource_imports_community_id", "community_id", "at"),
)

# What members would like to see listed; not who.
resource_suggestions = Table(
    "resource_suggestions",
    metadata,
    _key(),
    Column("community_id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("fields", Text, nullable=False),  # JSON
    Index("ix_resource_suggestions_community_id", "community_id", "at"),
)

resource_feedback = Table(
    "resource_feedback",
    metadata,
    Column("community_id", BigInteger, primary_key=True, autoincrement=False),
    Column("resource_id", Text, primary_key=True),
    Column("helpful", Integer, nullable=False),
    Column("outdated", Integer, nullable=False),
    Column("outdated_at", Instant),
)

resource_links = Table(
    "resource_links",
    metadata,
    Column("community_id", BigInteger, primary_key=True, autoincrement=False),
    Column("resource_id", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("found", Text, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    _key(),
    _person(),
    Column("community_id", BigInteger),
    Column("cadence", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("weekdays", Text),  # of a weekly one, 0 is Monday: "0,3"
    Column("every", Integer),
    Column("starts_on", Text),  # YYYY-MM-DD, a local date
    Column("month_day", Integer),
    Column("ends_on", Text),  # YYYY-MM-DD, the last local date
    Column("asks", Text, nullable=False),
    Column("words", LargeBinary),  # sealed
    Column("discreet", Boolean, nullable=False),
    Column("paused_until", Instant),  # of an active one that rests
    Column("paused", Text),  # why, of a paused one
    Column("turn", Integer, nullable=False),  # how many check-ins of it were sent
)

answers = Table(
    "answers",
    metadata,
    _key(),
    Column("person_id", BigInteger, nullable=False),
    Column("plan_id", Text, nullable=False),
    Column("occurrence_id", Text, nullable=False, unique=True),
    Column("at", Instant, nullable=False),
    Column("answer", LargeBinary, nullable=False),  # sealed
    Index("ix_answers_person_id", "person_id", "at"),
)

# Where somebody wants to be told that their DMs are closed.
nudges = Table(
    "nudges",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("community_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
)

community_prompts = Table(
    "community_prompts",
    metadata,
    _key(),
    Column("community_id", BigInteger, nullable=False, index=True),
    Column("asks", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
)

# What one process does alone: who does it, until when.
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Instant, nullable=False),
)

plan_slots = Table(
    "plan_slots",
    metadata,
    _key(),
    _belongs_to("plan_id", "plans"),
    Column("at", Text, nullable=False),  # HH:MM in the member's wall clock
    Column("retired_at", Instant),
)

occurrences = Table(
    "occurrences",
    metadata,
    _key(),
    _belongs_to("plan_id", "plans"),
    Column("slot_id", Text, ForeignKey("plan_slots.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("local_date", Text, nullable=False),  # YYYY-MM-DD in the member's zone
    Column("due", Instant, nullable=False),
    UniqueConstraint("plan_id", "slot_id", "local_date"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _key(),  # the occurrence's id and a sequence number
    Column("occurrence_id", Text, ForeignKey("occurrences.id", ondelete="CASCADE"), index=True),
    Column("kind", Text, nullable=False),
    _person(),
    Column("due", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("wake_at", Instant),  # NULL once nothing is left to do
    Column("window_ends", Instant, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("started_at", Instant),
    Column("channel_id", BigInteger),
    Column("message_id", BigInteger),
    Column("search_after", BigInteger),  # the DM's last known message when the first attempt began
    Column("reason", Text),
    Column("changed_at", Instant, nullable=False),
    Column("turn", Integer),  # of its plan, when it was sent: it says which words were chosen
    Column("merged_into", Text),  # the delivery that goes out in its place
)

# Only rows with something left to do are in it, so its size follows the plans and not the history.
_TO_LOOK_AT = deliveries.c.wake_at.is_not(None)
Index("ix_deliveries_wake_at", deliveries.c.wake_at, sqlite_where=_TO_LOOK_AT, postgresql_where=_TO_LOOK_AT)

# What is settled, by when: the purge takes the oldest.
_SETTLED = deliveries.c.wake_at.is_(None)
Index("ix_deliveries_settled", deliveries.c.changed_at, sqlite_where=_SETTLED, postgresql_where=_SETTLED)
