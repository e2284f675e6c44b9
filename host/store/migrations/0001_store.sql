-- The store, first form: inbox, decisions, outbox.
--
-- Two kinds of tables. A plain one (`fact`, `decision` …) proves history: ids, times, counts, digests, and names that the operator chose;
-- never a customer's word, and the channel's ids of persons and items only as hashes. Its `…_content` twin holds the words, one row for
-- each row that still has them: deleting it erases a person without breaking history. `cursor` and `plugin_state` belong to plugins and
-- are content as a whole.
--
-- Times are Unix milliseconds, UTC. `seq` columns are given by the one writer and grow.

PRAGMA application_id = 1347636558; -- "PSMN": what tells this file from any other SQLite database

-- A request, frame or page as it arrived; in quarantine as long as `quarantine` has a row for it.
CREATE TABLE delivery (
    seq         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    connector   TEXT    NOT NULL,
    channel     TEXT    NOT NULL, -- '' in quarantine
    received_at INTEGER NOT NULL,
    read_by     TEXT    NOT NULL, -- generation
    body_bytes  INTEGER NOT NULL,
    facts       INTEGER NOT NULL, -- new ones
    duplicates  INTEGER NOT NULL
) STRICT;

CREATE TABLE delivery_content (
    delivery INTEGER PRIMARY KEY REFERENCES delivery (seq),
    head     TEXT    NOT NULL, -- method, address, headers: JSON
    body     BLOB    NOT NULL
) STRICT;

CREATE TABLE quarantine (
    delivery INTEGER PRIMARY KEY REFERENCES delivery (seq),
    cause    TEXT    NOT NULL,
    digest   TEXT    NOT NULL, -- of the component that failed on it
    tries    INTEGER NOT NULL
) STRICT;

-- The connector's sentence may quote the delivery.
CREATE TABLE quarantine_content (
    delivery INTEGER PRIMARY KEY REFERENCES quarantine (delivery) ON DELETE CASCADE,
    detail   TEXT    NOT NULL
) STRICT;

-- What a connector says happened.
CREATE TABLE fact (
    seq      INTEGER PRIMARY KEY,
    key      BLOB    NOT NULL UNIQUE, -- hash of (connector, account, dedup key): a fact is kept once
    delivery INTEGER NOT NULL REFERENCES delivery (seq),
    kind     TEXT    NOT NULL,
    item     BLOB,                    -- hash of (connector, account, source id) of what it is about
    at       INTEGER NOT NULL         -- by the channel's clock, else the time of receipt
) STRICT;

-- Edits and removals are looked up when what they are about arrives after them.
CREATE INDEX fact_change ON fact (item, kind, at) WHERE kind = 'edited' OR kind = 'removed';

CREATE TABLE fact_content (
    fact  INTEGER PRIMARY KEY REFERENCES fact (seq),
    event TEXT    NOT NULL -- JSON
) STRICT;

-- What belongs together, as counted, and where it stands with the company.
CREATE TABLE conversation (
    seq                   INTEGER PRIMARY KEY,
    id                    BLOB    NOT NULL UNIQUE, -- hash of (connector, account, the channel's id of it)
    connector             TEXT    NOT NULL,
    inbound_count         INTEGER NOT NULL,
    unanswered_count      INTEGER NOT NULL,
    last_reply_at         INTEGER,
    last_at               INTEGER NOT NULL,
    case_open             INTEGER NOT NULL DEFAULT 0,
    opened_at             INTEGER,
    queue                 TEXT,
    queued_at             INTEGER,
    agent                 TEXT,
    previous_agent        TEXT,
    first_response_due_at INTEGER,
    resolution_due_at     INTEGER,
    decision              INTEGER, -- the one that put it where it is
    score                 REAL     -- that decision's priority
) STRICT;

CREATE INDEX conversation_last ON conversation (last_at);
CREATE INDEX conversation_queue ON conversation (queue, score) WHERE case_open = 1;

CREATE TABLE conversation_content (
    conversation INTEGER PRIMARY KEY REFERENCES conversation (seq),
    name         TEXT    NOT NULL -- the channel's id of it
) STRICT;

-- What was said, inbound.
CREATE TABLE interaction (
    seq          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    item         BLOB    NOT NULL UNIQUE,
    fact         INTEGER NOT NULL REFERENCES fact (seq), -- the one that said it
    delivery     INTEGER NOT NULL REFERENCES delivery (seq),
    conversation INTEGER NOT NULL REFERENCES conversation (seq),
    connector    TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    lane         BLOB    NOT NULL, -- hash of (connector, account, order key)
    read_by      TEXT    NOT NULL,
    occurred_at  INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    edits        INTEGER NOT NULL,
    edited_at    INTEGER,          -- of the edit whose words it shows
    removed      INTEGER NOT NULL,
    decision     INTEGER           -- the latest
) STRICT;

CREATE INDEX interaction_conversation ON interaction (conversation, occurred_at);
CREATE INDEX interaction_connector ON interaction (connector, seq);

CREATE TABLE interaction_content (
    interaction INTEGER PRIMARY KEY REFERENCES interaction (seq),
    source_id   TEXT    NOT NULL,
    words       TEXT    NOT NULL -- the interaction as it now reads: JSON
) STRICT;

-- A reason to decide about an interaction that has not been answered yet. Deciding deletes the row: the table is the work that waits.
CREATE TABLE occasion (
    seq              INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, though rows are deleted
    interaction      INTEGER NOT NULL REFERENCES interaction (seq),
    asked            TEXT    NOT NULL,                  -- the trigger: JSON
    inbound_count    INTEGER NOT NULL,                  -- the conversation's, when the occasion arose
    unanswered_count INTEGER NOT NULL,
    last_reply_at    INTEGER
) STRICT;

CREATE INDEX occasion_interaction ON occasion (interaction);

CREATE TABLE decision (
    seq         INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    occasion    INTEGER NOT NULL UNIQUE, -- answered once
    interaction INTEGER NOT NULL REFERENCES interaction (seq),
    connector   TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    disposition TEXT    NOT NULL,
    queue       TEXT,
    decided_at  INTEGER NOT NULL,
    faulted     INTEGER NOT NULL,
    outline     TEXT    NOT NULL, -- the decision without a customer's words: JSON
    commitment  TEXT    NOT NULL, -- SHA-256 of salt and trace
    link        TEXT    NOT NULL  -- SHA-256 of the link before, the outline and the commitment
) STRICT;

CREATE INDEX decision_interaction ON decision (interaction);
CREATE INDEX decision_queue ON decision (queue, seq);
CREATE INDEX decision_connector ON decision (connector, seq);
CREATE INDEX decision_disposition ON decision (disposition, seq);

-- The trace is last, so that lists need not read over it.
CREATE TABLE decision_content (
    decision INTEGER PRIMARY KEY REFERENCES decision (seq),
    whole    TEXT    NOT NULL, -- the decision: JSON
    signals  TEXT    NOT NULL, -- JSON
    author   TEXT,
    excerpt  TEXT    NOT NULL,
    salt     BLOB    NOT NULL,
    trace    TEXT    NOT NULL  -- canonical JSON, byte by byte what the commitment covers
) STRICT;

-- The outbox.
CREATE TABLE effect (
    key      TEXT    PRIMARY KEY, -- the same for every try
    decision INTEGER NOT NULL REFERENCES decision (seq),
    position INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    state    TEXT    NOT NULL CHECK (state IN ('pending', 'done', 'dead'))
) STRICT;

CREATE INDEX effect_decision ON effect (decision, position);
CREATE INDEX effect_pending ON effect (decision) WHERE state = 'pending';

CREATE TABLE effect_content (
    effect TEXT PRIMARY KEY REFERENCES effect (key),
    whole  TEXT NOT NULL -- JSON
) STRICT;

-- Where a connector's feed or connection resumes.
CREATE TABLE cursor (
    connector TEXT PRIMARY KEY,
    position  BLOB NOT NULL
) STRICT;

-- The configurations that history names.
CREATE TABLE generation (
    id            TEXT    PRIMARY KEY,
    configuration TEXT    NOT NULL, -- JSON; secrets are names in it
    remembered_at INTEGER NOT NULL
) STRICT;

-- Plugins' own small state.
CREATE TABLE plugin_state (
    version    INTEGER PRIMARY KEY AUTOINCREMENT, -- a write makes a new row: versions are never given twice
    plugin     TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    value      BLOB    NOT NULL,
    bytes      INTEGER NOT NULL, -- of key and value
    subject    TEXT,             -- the person it is about, for erasure
    expires_at INTEGER,
    UNIQUE (plugin, key)
) STRICT;

-- Quotas are summed without reading values.
CREATE INDEX plugin_state_bytes ON plugin_state (plugin, bytes);

-- How much there is, since ever: counted as it is written, because counting rows grows with history.
CREATE TABLE tally (
    name  TEXT    PRIMARY KEY,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
