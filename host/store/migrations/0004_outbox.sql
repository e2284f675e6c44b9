-- The outbox: what goes out or is done, each try, and what became of it.

-- From here on `effect` says what was decided, and `outgoing` how it stands. What waited before anybody sent anything is parked: an answer
-- from then would come as a surprise.
DROP INDEX effect_pending;

CREATE TABLE outgoing (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT    NOT NULL UNIQUE,            -- the same for every try; of an effect its key
    kind         TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('pending', 'sending', 'waiting', 'unknown', 'done', 'parked', 'recalled')),
    connector    TEXT    NOT NULL,                   -- over which it goes now
    pace         BLOB    NOT NULL,                   -- hash of (connector, account): what shares it goes out at one pace; '' for none
    decision     INTEGER REFERENCES decision (seq),
    interaction  INTEGER REFERENCES interaction (seq),
    conversation INTEGER REFERENCES conversation (seq),
    lane         INTEGER,                            -- the conversation, when it goes out in order
    actor        TEXT,                               -- the person who wants it
    request      BLOB    UNIQUE,                     -- hash of (actor, the caller's own key)
    asked        BLOB,                               -- hash of what was asked under it
    created_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    rung         INTEGER NOT NULL,
    tries        INTEGER NOT NULL,
    progress     TEXT
) STRICT;

CREATE INDEX outgoing_due ON outgoing (due_at, seq) WHERE state IN ('pending', 'waiting', 'unknown');
CREATE INDEX outgoing_lane ON outgoing (lane, seq) WHERE state IN ('pending', 'sending', 'waiting', 'unknown');
CREATE INDEX outgoing_sending ON outgoing (seq) WHERE state = 'sending';
CREATE INDEX outgoing_unfinished ON outgoing (connector, due_at) WHERE state IN ('pending', 'sending', 'waiting', 'unknown');
CREATE INDEX outgoing_answered ON outgoing (conversation, changed_at) WHERE kind = 'answer' AND state = 'done';
CREATE INDEX outgoing_decision ON outgoing (decision);
CREATE INDEX outgoing_interaction ON outgoing (interaction, seq);
CREATE INDEX outgoing_kind ON outgoing (kind, seq);

CREATE TABLE outgoing_content (
    outgoing INTEGER PRIMARY KEY REFERENCES outgoing (seq),
    whole    TEXT, -- what is wanted: JSON; absent for effects, which have it in effect_content
    account  TEXT, -- the one that speaks
    why      TEXT  -- it stands where it stands
) STRICT;

CREATE TABLE outgoing_try (
    outgoing  INTEGER NOT NULL REFERENCES outgoing (seq),
    number    INTEGER NOT NULL, -- from 1
    at        INTEGER NOT NULL,
    ended_at  INTEGER,          -- absent while it is under way
    rung      INTEGER NOT NULL,
    connector TEXT    NOT NULL,
    call      TEXT    NOT NULL,
    outcome   TEXT    NOT NULL,
    digest    TEXT,
    PRIMARY KEY (outgoing, number)
) STRICT, WITHOUT ROWID;

-- Details and calls of the host quote what was said.
CREATE TABLE outgoing_try_content (
    outgoing   INTEGER NOT NULL REFERENCES outgoing (seq),
    number     INTEGER NOT NULL,
    detail     TEXT,
    host_calls TEXT NOT NULL, -- JSON
    PRIMARY KEY (outgoing, number)
) STRICT, WITHOUT ROWID;

-- What was sent, for receipts and echoes to find it.
CREATE TABLE sent (
    seq       INTEGER PRIMARY KEY,
    item      BLOB    NOT NULL, -- hash of (connector, the channel's id of it)
    outgoing  INTEGER NOT NULL REFERENCES outgoing (seq),
    rung      INTEGER NOT NULL,
    connector TEXT    NOT NULL,
    progress  TEXT    NOT NULL
) STRICT;

CREATE INDEX sent_item ON sent (item);
CREATE INDEX sent_outgoing ON sent (outgoing);

CREATE TABLE sent_content (
    sent      INTEGER PRIMARY KEY REFERENCES sent (seq),
    source_id TEXT NOT NULL
) STRICT;

-- How many there are: counted as they change, because counting rows grows with history.
CREATE TABLE outbox_tally (
    connector TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    count     INTEGER NOT NULL,
    PRIMARY KEY (connector, kind, state)
) STRICT, WITHOUT ROWID;

INSERT INTO outgoing (id, kind, state, connector, pace, decision, interaction, conversation, created_at, due_at, changed_at, rung, tries)
SELECT key, effect.kind, CASE effect.state WHEN 'done' THEN 'done' WHEN 'recalled' THEN 'recalled' ELSE 'parked' END,
       decision.connector, x'', decision.seq, decision.interaction, interaction.conversation,
       decided_at, decided_at, decided_at, 0, 0
FROM effect JOIN decision ON decision.seq = effect.decision JOIN interaction ON interaction.seq = decision.interaction
ORDER BY decision.seq, position;
INSERT INTO outgoing_content (outgoing, why) SELECT seq, 'it was decided before anything could be sent' FROM outgoing WHERE state = 'parked';
INSERT INTO outbox_tally (connector, kind, state, count) SELECT connector, kind, state, count(*) FROM outgoing GROUP BY 1, 2, 3;
ALTER TABLE effect DROP COLUMN state;
DELETE FROM tally WHERE name = 'effects.pending';

-- Receipts know what was sent by its id alone: a bounce comes to another account than the one that sent.
ALTER TABLE fact ADD COLUMN sent BLOB; -- hash of (connector, target), of receipts only
CREATE INDEX fact_sent ON fact (sent) WHERE sent IS NOT NULL;

-- When the customer spoke last, and how policies marked the conversation.
ALTER TABLE conversation ADD COLUMN last_inbound_at INTEGER;
UPDATE conversation SET last_inbound_at = (SELECT max(occurred_at) FROM interaction WHERE conversation = conversation.seq);
ALTER TABLE conversation ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation_content ADD COLUMN marks TEXT; -- JSON
