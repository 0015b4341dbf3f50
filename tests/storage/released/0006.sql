BEGIN TRANSACTION;
CREATE TABLE absences (
	person_id BIGINT NOT NULL, 
	why TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	CONSTRAINT pk_absences PRIMARY KEY (person_id)
);
INSERT INTO "absences" VALUES(4194304,'not_there',1767225600000);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE app_state (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_app_state PRIMARY KEY ("key")
);
INSERT INTO "app_state" VALUES('a','kept');
CREATE TABLE audit (
	community_id BIGINT NOT NULL, 
	number BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	actor TEXT NOT NULL, 
	act TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	mark TEXT NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (community_id, number)
);
INSERT INTO "audit" VALUES(77,1,1767225600000,'016d356366a7503ef385792c4ed0fd37e87b549cc493a1294a761c19387ced5f','region','{"after": "JP"}','test','c18680d8dc5056b6cc20b16bc8afe504151d05f7bb3fff39e2506bff0fde5e38');
CREATE TABLE audit_actors (
	community_id BIGINT NOT NULL, 
	number BIGINT NOT NULL, 
	salt TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	CONSTRAINT pk_audit_actors PRIMARY KEY (community_id, number), 
	CONSTRAINT fk_audit_actors_community_id_audit FOREIGN KEY(community_id, number) REFERENCES audit (community_id, number) ON DELETE CASCADE
);
INSERT INTO "audit_actors" VALUES(77,1,'f6548f6169066294a2a3ee00662d3b8d39e68b2a9357fe455abe4beea1045f06',4194304);
CREATE TABLE audit_heads (
	community_id BIGINT NOT NULL, 
	number BIGINT NOT NULL, 
	mark TEXT NOT NULL, 
	purged BIGINT NOT NULL, 
	purged_mark TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	seal TEXT NOT NULL, 
	CONSTRAINT pk_audit_heads PRIMARY KEY (community_id)
);
INSERT INTO "audit_heads" VALUES(0,1,'7ba7730f3395bd8d0f17bd35dba0c8a17fc1bf5cfa9abe994dce99c6f59f3e44',0,'','test','0ff063e2f69f3718b2426eaf15ce1052dbdf8578a5a6d26cfdf69a7381c11a76');
INSERT INTO "audit_heads" VALUES(77,1,'c18680d8dc5056b6cc20b16bc8afe504151d05f7bb3fff39e2506bff0fde5e38',0,'','test','0194f11ac579f8999a204aae94e49ae162133b6cf9ee2f0a151110ccaafca6ef');
CREATE TABLE communities (
	community_id BIGINT NOT NULL, 
	region TEXT, 
	staff_channel_id BIGINT, 
	changed_at BIGINT NOT NULL, 
	CONSTRAINT pk_communities PRIMARY KEY (community_id)
);
INSERT INTO "communities" VALUES(77,'FI',78,1767225600000);
CREATE TABLE community_helplines (
	id TEXT NOT NULL, 
	community_id BIGINT NOT NULL, 
	region TEXT, 
	kind TEXT NOT NULL, 
	service TEXT NOT NULL, 
	phone TEXT, 
	text TEXT, 
	chat_url TEXT, 
	web_url TEXT, 
	hours TEXT NOT NULL, 
	languages TEXT NOT NULL, 
	note TEXT, 
	source TEXT NOT NULL, 
	added_at BIGINT NOT NULL, 
	approved_at BIGINT, 
	CONSTRAINT pk_community_helplines PRIMARY KEY (id)
);
INSERT INTO "community_helplines" VALUES('zfzfn8pagdgn06ga',77,'FI','warmline','Night talk','*4141',NULL,'https://talk.example',NULL,'every evening','English
Plattdeutsch','Ask for the night shift.','their leaflet of 2025',1767225600000,NULL);
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
CREATE TABLE departures (
	community_id BIGINT NOT NULL, 
	since BIGINT NOT NULL, 
	CONSTRAINT pk_departures PRIMARY KEY (community_id)
);
INSERT INTO "departures" VALUES(77,1767225600000);
CREATE TABLE dm_channels (
	person_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	last_message_id BIGINT, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_dm_channels PRIMARY KEY (person_id)
);
INSERT INTO "dm_channels" VALUES(4194304,4194305,4194306,1767225600000);
CREATE TABLE erasures (
	id TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	scope TEXT, 
	at BIGINT NOT NULL, 
	until BIGINT NOT NULL, 
	CONSTRAINT pk_erasures PRIMARY KEY (id)
);
INSERT INTO "erasures" VALUES('eeeeeeeeeeeeeeee','test','0000000000000000000000000000000000000000000000000000000000000000',NULL,1767225600000,1767225600000);
CREATE TABLE helpline_checks (
	helpline_id TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	checked_on TEXT NOT NULL, 
	CONSTRAINT pk_helpline_checks PRIMARY KEY (helpline_id)
);
INSERT INTO "helpline_checks" VALUES('h','ffffffff','2026-01-01');
CREATE TABLE helpline_signatures (
	helpline_id TEXT NOT NULL, 
	act TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_helpline_signatures PRIMARY KEY (helpline_id, act), 
	CONSTRAINT fk_helpline_signatures_helpline_id_community_helplines FOREIGN KEY(helpline_id) REFERENCES community_helplines (id) ON DELETE CASCADE
);
INSERT INTO "helpline_signatures" VALUES('zfzfn8pagdgn06ga','added',4194304,1767225600000);
CREATE TABLE member_languages (
	person_id BIGINT NOT NULL, 
	language TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_member_languages PRIMARY KEY (person_id)
);
INSERT INTO "member_languages" VALUES(4194304,'es',1767225600000);
CREATE TABLE member_regions (
	id TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	region BLOB NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_member_regions PRIMARY KEY (id), 
	CONSTRAINT uq_member_regions_person_id UNIQUE (person_id)
);
INSERT INTO "member_regions" VALUES('7hwz24aak3q53tpn',4194304,X'010474657374CAF7F8D3425AF1EA44A58A96EBEF04F6FD553EEFFC374C47E9863611B09B',1767225600000);
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
CREATE INDEX ix_community_helplines_community_id ON community_helplines (community_id);
CREATE INDEX ix_helpline_signatures_person_id ON helpline_signatures (person_id);
CREATE INDEX ix_erasures_until ON erasures (until);
CREATE INDEX ix_audit_actors_person_id ON audit_actors (person_id);
CREATE INDEX ix_deliveries_settled ON deliveries (changed_at) WHERE wake_at IS NULL;
COMMIT;
