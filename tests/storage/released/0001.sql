BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE app_state (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_app_state PRIMARY KEY ("key")
);
INSERT INTO "app_state" VALUES('a','kept');
CREATE TABLE consents (
	id TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	community_id BIGINT, 
	scope TEXT NOT NULL, 
	text_version TEXT NOT NULL, 
	language TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	how TEXT NOT NULL, 
	given BOOLEAN NOT NULL, 
	entry BIGINT NOT NULL, 
	CONSTRAINT pk_consents PRIMARY KEY (id)
);
INSERT INTO "consents" VALUES('3pvyxhxq0s1m8tea',4194304,77,'checkins','1','en',1767225600000,'button',1,1);
INSERT INTO "consents" VALUES('vj9sprt0gt7ds55a',4194304,77,'region','1','en',1767225600000,'button',1,2);
INSERT INTO "consents" VALUES('rfzxhvfxjmqifb6p',4194304,77,'handover','1','en',1767225600000,'button',1,3);
INSERT INTO "consents" VALUES('ts9xqy1jhjndcid6',4194304,77,'language','1','en',1767225600000,'button',1,4);
CREATE TABLE deliveries (
	id TEXT NOT NULL, 
	occurrence_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	wake_at BIGINT, 
	window_ends BIGINT NOT NULL, 
	attempt INTEGER NOT NULL, 
	started_at BIGINT, 
	channel_id BIGINT, 
	message_id BIGINT, 
	search_after BIGINT, 
	reason TEXT, 
	changed_at BIGINT NOT NULL, 
	CONSTRAINT pk_deliveries PRIMARY KEY (id), 
	CONSTRAINT fk_deliveries_occurrence_id_occurrences FOREIGN KEY(occurrence_id) REFERENCES occurrences (id) ON DELETE CASCADE
);
INSERT INTO "deliveries" VALUES('fdbww2ruywb5n2tg-1','fdbww2ruywb5n2tg','planned',1767254400000,1767261600000,0,NULL,NULL,NULL,NULL,NULL,1767225600000);
CREATE TABLE dm_channels (
	person_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	last_message_id BIGINT, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_dm_channels PRIMARY KEY (person_id)
);
INSERT INTO "dm_channels" VALUES(4194304,4194305,4194306,1767225600000);
CREATE TABLE members (
	id TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	zone BLOB NOT NULL, 
	language TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_members PRIMARY KEY (id), 
	CONSTRAINT uq_members_person_id UNIQUE (person_id)
);
INSERT INTO "members" VALUES('nk4m7sh4zvp00q4b',4194304,X'0104746573747BEDC7AD7B535AB1032B3C67019F055AB2D59AC86BF5D4263612A1B876EB52719CC12DF48846','en',1767225600000);
CREATE TABLE occurrences (
	id TEXT NOT NULL, 
	plan_id TEXT NOT NULL, 
	slot_id TEXT NOT NULL, 
	local_date TEXT NOT NULL, 
	due BIGINT NOT NULL, 
	CONSTRAINT pk_occurrences PRIMARY KEY (id), 
	CONSTRAINT fk_occurrences_plan_id_plans FOREIGN KEY(plan_id) REFERENCES plans (id) ON DELETE CASCADE, 
	CONSTRAINT fk_occurrences_slot_id_plan_slots FOREIGN KEY(slot_id) REFERENCES plan_slots (id) ON DELETE CASCADE, 
	CONSTRAINT uq_occurrences_plan_id_slot_id_local_date UNIQUE (plan_id, slot_id, local_date)
);
INSERT INTO "occurrences" VALUES('fdbww2ruywb5n2tg','b39adg6s0t3qdvm7','2bypgc4fkvrbbis4','2026-01-01',1767254400000);
CREATE TABLE plan_slots (
	id TEXT NOT NULL, 
	plan_id TEXT NOT NULL, 
	at TEXT NOT NULL, 
	retired_at BIGINT, 
	CONSTRAINT pk_plan_slots PRIMARY KEY (id), 
	CONSTRAINT fk_plan_slots_plan_id_plans FOREIGN KEY(plan_id) REFERENCES plans (id) ON DELETE CASCADE
);
INSERT INTO "plan_slots" VALUES('2bypgc4fkvrbbis4','b39adg6s0t3qdvm7','08:00',NULL);
CREATE TABLE plans (
	id TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	community_id BIGINT, 
	cadence TEXT NOT NULL, 
	state TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	CONSTRAINT pk_plans PRIMARY KEY (id)
);
INSERT INTO "plans" VALUES('b39adg6s0t3qdvm7',4194304,77,'daily','active',1767225600000,1767225600000);
CREATE INDEX ix_consents_person_id ON consents (person_id);
CREATE INDEX ix_plans_person_id ON plans (person_id);
CREATE INDEX ix_plan_slots_plan_id ON plan_slots (plan_id);
CREATE INDEX ix_occurrences_plan_id ON occurrences (plan_id);
CREATE INDEX ix_occurrences_slot_id ON occurrences (slot_id);
CREATE INDEX ix_deliveries_occurrence_id ON deliveries (occurrence_id);
CREATE INDEX ix_deliveries_wake_at ON deliveries (wake_at) WHERE wake_at IS NOT NULL;
COMMIT;
