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
INSERT INTO "alembic_version" VALUES('0008');
CREATE TABLE answers (
	id TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	plan_id TEXT NOT NULL, 
	occurrence_id TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	answer BLOB NOT NULL, 
	CONSTRAINT pk_answers PRIMARY KEY (id), 
	CONSTRAINT uq_answers_occurrence_id UNIQUE (occurrence_id)
);
INSERT INTO "answers" VALUES('409q6zkt25n4nz84',4194304,'ts7gab7bcynp46cf','3unnz3381p94ky8s',1767225600000,X'0104746573744575FDF8C12FEBCE3A6FCA6EDCA22CBB2C2898DCF7210FB764B65C1445BDE589114B43D2AF7D47ABDCCFD24645557979DAF531A247D841B700');
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
INSERT INTO "audit" VALUES(77,1,1767225600000,'b5f9db73aaff69b3824052f2b3baadcfb5f365026e8df938a9f9a5ffba7da1d3','region','{"after": "JP"}','test','19e140f9b3fb1348c4bc2af321fced001097f53dad61183c56b3aa48afa93b47');
CREATE TABLE audit_actors (
	community_id BIGINT NOT NULL, 
	number BIGINT NOT NULL, 
	salt TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	CONSTRAINT pk_audit_actors PRIMARY KEY (community_id, number), 
	CONSTRAINT fk_audit_actors_community_id_audit FOREIGN KEY(community_id, number) REFERENCES audit (community_id, number) ON DELETE CASCADE
);
INSERT INTO "audit_actors" VALUES(77,1,'310a0218feb4bfbcb4946925dfc192456abeaa3b5555908fa14a57a624666fbf',4194304);
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
INSERT INTO "audit_heads" VALUES(77,1,'19e140f9b3fb1348c4bc2af321fced001097f53dad61183c56b3aa48afa93b47',0,'','test','cda6833befe6ae88e2d28e6e2c1fe230dc2fe07a4df34c82b1645847226632b7');
CREATE TABLE communities (
	community_id BIGINT NOT NULL, 
	region TEXT, 
	staff_channel_id BIGINT, 
	changed_at BIGINT NOT NULL, languages TEXT DEFAULT '' NOT NULL, handover BOOLEAN DEFAULT 1 NOT NULL, talk_channel_id BIGINT, duty_role_id BIGINT, duty_after INTEGER, nudge_channel_id BIGINT, summary BOOLEAN DEFAULT 0 NOT NULL, summary_at BIGINT, link_check BOOLEAN DEFAULT 0 NOT NULL, setup_step TEXT, 
	CONSTRAINT pk_communities PRIMARY KEY (community_id)
);
INSERT INTO "communities" VALUES(77,'FI',78,1767225600000,'',1,NULL,NULL,NULL,NULL,0,NULL,0,NULL);
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
INSERT INTO "community_helplines" VALUES('k7z2au122rgfpmaw',77,'FI','warmline','Night talk','*4141',NULL,'https://talk.example',NULL,'every evening','English
Plattdeutsch','Ask for the night shift.','their leaflet of 2025',1767225600000,NULL);
CREATE TABLE community_prompts (
	id TEXT NOT NULL, 
	community_id BIGINT NOT NULL, 
	asks TEXT NOT NULL, 
	language TEXT NOT NULL, 
	words TEXT NOT NULL, 
	added_at BIGINT NOT NULL, 
	CONSTRAINT pk_community_prompts PRIMARY KEY (id)
);
INSERT INTO "community_prompts" VALUES('pppppppppppppppp',77,'mood','en','How is it going?',1767225600000);
CREATE TABLE community_roles (
	community_id BIGINT NOT NULL, 
	role_id BIGINT NOT NULL, 
	may TEXT NOT NULL, 
	CONSTRAINT pk_community_roles PRIMARY KEY (community_id, role_id, may)
);
INSERT INTO "community_roles" VALUES(77,5,'audit');
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
INSERT INTO "consents" VALUES('qxrkm39b5wd4wape',4194304,77,'checkins','1','en',1767225600000,'button',1,1);
INSERT INTO "consents" VALUES('0kzwah17ewdx6d58',4194304,77,'region','1','en',1767225600000,'button',1,2);
INSERT INTO "consents" VALUES('a7ay6s9isxgxwj1u',4194304,77,'handover','1','en',1767225600000,'button',1,3);
INSERT INTO "consents" VALUES('61mzt0npauw3irpz',4194304,77,'language','1','en',1767225600000,'button',1,4);
INSERT INTO "consents" VALUES('vrseddg6jvinbvvp',4194304,77,'history','1','en',1767225600000,'button',1,5);
INSERT INTO "consents" VALUES('cw5ku7qn5b5nss9n',4194304,77,'nudge','1','en',1767225600000,'button',1,6);
CREATE TABLE "deliveries" (
	id TEXT NOT NULL, 
	occurrence_id TEXT, 
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
	kind TEXT DEFAULT 'checkin' NOT NULL, 
	person_id BIGINT NOT NULL, 
	due BIGINT NOT NULL, 
	turn INTEGER, 
	merged_into TEXT, 
	CONSTRAINT pk_deliveries PRIMARY KEY (id), 
	CONSTRAINT fk_deliveries_occurrence_id_occurrences FOREIGN KEY(occurrence_id) REFERENCES occurrences (id) ON DELETE CASCADE
);
INSERT INTO "deliveries" VALUES('pwz8pvzy281kjt81-1','pwz8pvzy281kjt81','planned',1767254400000,1767261600000,0,NULL,NULL,NULL,NULL,NULL,1767225600000,'checkin',4194304,1767254400000,NULL,NULL);
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
INSERT INTO "helpline_signatures" VALUES('k7z2au122rgfpmaw','added',4194304,1767225600000);
CREATE TABLE leases (
	name TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	until BIGINT NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (name)
);
INSERT INTO "leases" VALUES('delivering','me',1767225600000);
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
INSERT INTO "member_regions" VALUES('gsyb922z7t97cs5f',4194304,X'010474657374BB78E32E324297A35C4A3869ED7CE0E408385FD62958181636FF7D4D0EB1',1767225600000);
CREATE TABLE members (
	id TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	zone BLOB NOT NULL, 
	language TEXT NOT NULL, 
	created_at BIGINT NOT NULL, quiet BLOB, vacation BLOB, notice TEXT, catch_up BOOLEAN DEFAULT 0 NOT NULL, sign_at BIGINT, 
	CONSTRAINT pk_members PRIMARY KEY (id), 
	CONSTRAINT uq_members_person_id UNIQUE (person_id)
);
INSERT INTO "members" VALUES('geigk08u9yfm0mej',4194304,X'0104746573748E0E7E74C5E3134ED212B0740D6EBB301D161F1848760D6A8BB67663747BA67648FA799FE6DB','en',1767225600000,NULL,NULL,NULL,0,1767225600000);
CREATE TABLE nudges (
	person_id BIGINT NOT NULL, 
	community_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_nudges PRIMARY KEY (person_id)
);
INSERT INTO "nudges" VALUES(4194304,77,4194307,1767225600000);
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
INSERT INTO "occurrences" VALUES('pwz8pvzy281kjt81','ts7gab7bcynp46cf','8q2qbgebahcfepjk','2026-01-01',1767254400000);
CREATE TABLE plan_slots (
	id TEXT NOT NULL, 
	plan_id TEXT NOT NULL, 
	at TEXT NOT NULL, 
	retired_at BIGINT, 
	CONSTRAINT pk_plan_slots PRIMARY KEY (id), 
	CONSTRAINT fk_plan_slots_plan_id_plans FOREIGN KEY(plan_id) REFERENCES plans (id) ON DELETE CASCADE
);
INSERT INTO "plan_slots" VALUES('8q2qbgebahcfepjk','ts7gab7bcynp46cf','08:00',NULL);
CREATE TABLE plans (
	id TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	community_id BIGINT, 
	cadence TEXT NOT NULL, 
	state TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	changed_at BIGINT NOT NULL, weekdays TEXT, every INTEGER, starts_on TEXT, month_day INTEGER, ends_on TEXT, asks TEXT DEFAULT 'mood' NOT NULL, words BLOB, discreet BOOLEAN DEFAULT 1 NOT NULL, paused_until BIGINT, paused TEXT, turn INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_plans PRIMARY KEY (id)
);
INSERT INTO "plans" VALUES('ts7gab7bcynp46cf',4194304,77,'daily','active',1767225600000,1767225600000,NULL,NULL,NULL,NULL,NULL,'mood',NULL,1,NULL,NULL,0);
CREATE TABLE resource_feedback (
	community_id BIGINT NOT NULL, 
	resource_id TEXT NOT NULL, 
	helpful INTEGER NOT NULL, 
	outdated INTEGER NOT NULL, 
	outdated_at BIGINT, 
	CONSTRAINT pk_resource_feedback PRIMARY KEY (community_id, resource_id)
);
INSERT INTO "resource_feedback" VALUES(77,'a',1,0,NULL);
CREATE TABLE resource_imports (
	id TEXT NOT NULL, 
	community_id BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	added INTEGER NOT NULL, 
	changed INTEGER NOT NULL, 
	undone_at BIGINT, 
	CONSTRAINT pk_resource_imports PRIMARY KEY (id)
);
INSERT INTO "resource_imports" VALUES('i',77,1767225600000,1,0,NULL);
CREATE TABLE resource_links (
	community_id BIGINT NOT NULL, 
	resource_id TEXT NOT NULL, 
	url TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	found TEXT NOT NULL, 
	CONSTRAINT pk_resource_links PRIMARY KEY (community_id, resource_id, url)
);
INSERT INTO "resource_links" VALUES(77,'a','https://circle.example',1767225600000,'fine');
CREATE TABLE resource_suggestions (
	id TEXT NOT NULL, 
	community_id BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	fields TEXT NOT NULL, 
	CONSTRAINT pk_resource_suggestions PRIMARY KEY (id)
);
INSERT INTO "resource_suggestions" VALUES('s',77,1767225600000,'{"name": "Day house"}');
CREATE TABLE resource_versions (
	community_id BIGINT NOT NULL, 
	resource_id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	entry TEXT, 
	import_id TEXT, 
	CONSTRAINT pk_resource_versions PRIMARY KEY (community_id, resource_id, version)
);
INSERT INTO "resource_versions" VALUES(77,'a',1,1767225600000,'{"kind": "meeting", "name": "Tuesday circle"}','i');
CREATE TABLE resources (
	community_id BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT NOT NULL, 
	regions TEXT NOT NULL, 
	languages TEXT NOT NULL, 
	cost TEXT NOT NULL, 
	audience TEXT NOT NULL, 
	phone TEXT, 
	text TEXT, 
	chat_url TEXT, 
	web_url TEXT, 
	hours TEXT NOT NULL, 
	online BOOLEAN NOT NULL, 
	place TEXT, 
	tags TEXT NOT NULL, 
	interest TEXT, 
	checked_on TEXT, 
	review_by TEXT, 
	status TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	changed_at BIGINT NOT NULL, 
	CONSTRAINT pk_resources PRIMARY KEY (community_id, id)
);
INSERT INTO "resources" VALUES(77,'a','meeting','Tuesday circle','','DE','de','free','',NULL,NULL,NULL,'https://circle.example','',1,NULL,'tea',NULL,'2026-01-01',NULL,'active',1,1767225600000);
CREATE INDEX ix_consents_person_id ON consents (person_id);
CREATE INDEX ix_plans_person_id ON plans (person_id);
CREATE INDEX ix_plan_slots_plan_id ON plan_slots (plan_id);
CREATE INDEX ix_occurrences_plan_id ON occurrences (plan_id);
CREATE INDEX ix_occurrences_slot_id ON occurrences (slot_id);
CREATE INDEX ix_community_helplines_community_id ON community_helplines (community_id);
CREATE INDEX ix_helpline_signatures_person_id ON helpline_signatures (person_id);
CREATE INDEX ix_erasures_until ON erasures (until);
CREATE INDEX ix_audit_actors_person_id ON audit_actors (person_id);
CREATE INDEX ix_answers_person_id ON answers (person_id, at);
CREATE INDEX ix_community_prompts_community_id ON community_prompts (community_id);
CREATE INDEX ix_deliveries_wake_at ON deliveries (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX ix_deliveries_settled ON deliveries (changed_at) WHERE wake_at IS NULL;
CREATE INDEX ix_deliveries_occurrence_id ON deliveries (occurrence_id);
CREATE INDEX ix_deliveries_person_id ON deliveries (person_id);
CREATE INDEX ix_resource_versions_import_id ON resource_versions (import_id);
CREATE INDEX ix_resource_imports_community_id ON resource_imports (community_id, at);
CREATE INDEX ix_resource_suggestions_community_id ON resource_suggestions (community_id, at);
COMMIT;
