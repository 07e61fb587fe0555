CREATE SCHEMA turmeric_schema_1;
CREATE TABLE turmeric_schema_1.blobs (
    name bytea NOT NULL,
    links bytea NOT NULL,
    data bytea NOT NULL
);
CREATE TABLE turmeric_schema_1.events (
    number bigint NOT NULL,
    instance text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    "time" double precision NOT NULL,
    key text,
    payload bytea
);
CREATE SEQUENCE turmeric_schema_1.events_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE turmeric_schema_1.events_number_seq OWNED BY turmeric_schema_1.events.number;
CREATE TABLE turmeric_schema_1.history (
    instance text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    kind text NOT NULL,
    "time" double precision NOT NULL,
    name text,
    source text,
    place bigint,
    wait text,
    wait_name text,
    wait_until double precision,
    roots bytea NOT NULL,
    state bytea
);
CREATE TABLE turmeric_schema_1.instances (
    id text NOT NULL COLLATE pg_catalog."C",
    function text NOT NULL,
    version text NOT NULL,
    parent text COLLATE pg_catalog."C",
    status text NOT NULL,
    created double precision NOT NULL,
    changed double precision NOT NULL,
    due double precision,
    owner text,
    epoch bigint NOT NULL,
    attempts bigint NOT NULL,
    cancel bigint NOT NULL,
    spent double precision NOT NULL,
    keep bigint NOT NULL,
    outcome text,
    outcome_status text,
    wait text,
    wait_name text COLLATE pg_catalog."C",
    wait_until double precision,
    number bigint NOT NULL,
    kind text NOT NULL,
    "time" double precision NOT NULL,
    name text,
    source text,
    place bigint,
    roots bytea NOT NULL,
    outcome_payload bytea,
    result bytea,
    state bytea
)
WITH (toast_tuple_target='8160', fillfactor='60');
CREATE TABLE turmeric_schema_1.schema (
    version bigint NOT NULL
);
ALTER TABLE ONLY turmeric_schema_1.events ALTER COLUMN number SET DEFAULT nextval('turmeric_schema_1.events_number_seq'::regclass);
INSERT INTO turmeric_schema_1.blobs VALUES ('\x3131313131313131313131313131313131313131', '\x', '\x6f6e65');
INSERT INTO turmeric_schema_1.blobs VALUES ('\x3232323232323232323232323232323232323232', '\x143131313131313131313131313131313131313131', '\x74776f');
INSERT INTO turmeric_schema_1.events VALUES (1, 'waiting', 'paid', 50, 'k', '\x796573');
INSERT INTO turmeric_schema_1.history VALUES ('kept', 0, 'checkpoint', 100, 'name 0', 'a.tur:0:1', 0, NULL, NULL, NULL, '\x', '\x73746174652030');
INSERT INTO turmeric_schema_1.instances VALUES ('done', 'orders.process', '', NULL, 'done', 1, 99, NULL, NULL, 1, 1, 0, 1, 0, NULL, NULL, NULL, NULL, NULL, 0, 'checkpoint', 100, 'name 0', 'a.tur:0:1', 0, '\x', NULL, '\x726573756c74', NULL);
INSERT INTO turmeric_schema_1.instances VALUES ('kept', 'orders.process', 'v1', NULL, 'running', 1, 101, 30, 'ann', 1, 0, 0, 0, 1, NULL, NULL, NULL, NULL, NULL, 1, 'checkpoint', 101, 'name 1', 'a.tur:1:1', 10, '\x143232323232323232323232323232323232323232', NULL, NULL, '\x73746174652031');
INSERT INTO turmeric_schema_1.instances VALUES ('waiting', 'orders.process', '', NULL, 'waiting', 1, 101, NULL, NULL, 1, 0, 0, 0, 0, NULL, NULL, 'event', 'approved', NULL, 1, 'checkpoint', 101, 'name 1', 'a.tur:1:1', 10, '\x', NULL, NULL, '\x73746174652031');
INSERT INTO turmeric_schema_1.schema VALUES (1);
SELECT pg_catalog.setval('turmeric_schema_1.events_number_seq', 1, true);
ALTER TABLE ONLY turmeric_schema_1.blobs
    ADD CONSTRAINT blobs_pkey PRIMARY KEY (name);
ALTER TABLE ONLY turmeric_schema_1.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (number);
ALTER TABLE ONLY turmeric_schema_1.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (instance, number);
ALTER TABLE ONLY turmeric_schema_1.instances
    ADD CONSTRAINT instances_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX events_key ON turmeric_schema_1.events USING btree (instance, key) WHERE (key IS NOT NULL);
CREATE INDEX events_named ON turmeric_schema_1.events USING btree (instance, name, number);
CREATE INDEX instances_awaited ON turmeric_schema_1.instances USING btree (wait_name) WHERE ((status = 'waiting'::text) AND (wait = 'instance'::text));
CREATE INDEX instances_created ON turmeric_schema_1.instances USING btree (created, id);
CREATE INDEX instances_due ON turmeric_schema_1.instances USING btree (due) WHERE (due IS NOT NULL);
CREATE INDEX instances_parent ON turmeric_schema_1.instances USING btree (parent) WHERE (parent IS NOT NULL);
CREATE INDEX instances_status ON turmeric_schema_1.instances USING btree (status, created, id);
