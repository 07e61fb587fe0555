BEGIN TRANSACTION;
CREATE TABLE turmeric_blobs (name BLOB NOT NULL PRIMARY KEY, links BLOB NOT NULL, data BLOB NOT NULL);
INSERT INTO "turmeric_blobs" VALUES(X'3131313131313131313131313131313131313131',X'',X'6F6E65');
INSERT INTO "turmeric_blobs" VALUES(X'3232323232323232323232323232323232323232',X'143131313131313131313131313131313131313131',X'74776F');
CREATE TABLE turmeric_events (
        number INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, name TEXT NOT NULL, time REAL NOT NULL, key TEXT, payload BLOB);
INSERT INTO "turmeric_events" VALUES(1,'waiting','paid',50.0,'k',X'796573');
CREATE TABLE turmeric_history (
        instance TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, time REAL NOT NULL, name TEXT,
        source TEXT, place INTEGER, wait TEXT, wait_name TEXT, wait_until REAL, roots BLOB NOT NULL, state BLOB,
        PRIMARY KEY (instance, number));
INSERT INTO "turmeric_history" VALUES('kept',0,'checkpoint',100.0,'name 0','a.tur:0:1',0,NULL,NULL,NULL,X'',X'73746174652030');
CREATE TABLE turmeric_instances (
        id TEXT NOT NULL PRIMARY KEY, function TEXT NOT NULL, version TEXT NOT NULL, parent TEXT, status TEXT NOT NULL,
        created REAL NOT NULL, changed REAL NOT NULL, due REAL, owner TEXT, epoch INTEGER NOT NULL,
        attempts INTEGER NOT NULL, cancel INTEGER NOT NULL, spent REAL NOT NULL, keep INTEGER NOT NULL,
        outcome TEXT, outcome_status TEXT, wait TEXT, wait_name TEXT, wait_until REAL,
        number INTEGER NOT NULL, kind TEXT NOT NULL, time REAL NOT NULL, name TEXT, source TEXT, place INTEGER,
        roots BLOB NOT NULL, outcome_payload BLOB, result BLOB, state BLOB);
INSERT INTO "turmeric_instances" VALUES('done','orders.process','',NULL,'done',1.0,99.0,NULL,NULL,1,1,0,1.0,0,NULL,NULL,NULL,NULL,NULL,0,'checkpoint',100.0,'name 0','a.tur:0:1',0,X'',NULL,X'726573756C74',NULL);
INSERT INTO "turmeric_instances" VALUES('kept','orders.process','v1',NULL,'running',1.0,101.0,30.0,'ann',1,0,0,0.0,1,NULL,NULL,NULL,NULL,NULL,1,'checkpoint',101.0,'name 1','a.tur:1:1',10,X'143232323232323232323232323232323232323232',NULL,NULL,X'73746174652031');
INSERT INTO "turmeric_instances" VALUES('waiting','orders.process','',NULL,'waiting',1.0,101.0,NULL,NULL,1,0,0,0.0,0,NULL,NULL,'event','approved',NULL,1,'checkpoint',101.0,'name 1','a.tur:1:1',10,X'',NULL,NULL,X'73746174652031');
CREATE TABLE turmeric_schema (version INTEGER NOT NULL);
INSERT INTO "turmeric_schema" VALUES(1);
CREATE INDEX turmeric_instances_due ON turmeric_instances (due) WHERE due IS NOT NULL;
CREATE INDEX turmeric_instances_status ON turmeric_instances (status, created, id);
CREATE INDEX turmeric_instances_created ON turmeric_instances (created, id);
CREATE INDEX turmeric_instances_parent ON turmeric_instances (parent) WHERE parent IS NOT NULL;
CREATE INDEX turmeric_instances_awaited ON turmeric_instances (wait_name)
        WHERE status = 'waiting' AND wait = 'instance';
CREATE INDEX turmeric_events_named ON turmeric_events (instance, name, number);
CREATE UNIQUE INDEX turmeric_events_key ON turmeric_events (instance, key) WHERE key IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('turmeric_events',1);
COMMIT;
