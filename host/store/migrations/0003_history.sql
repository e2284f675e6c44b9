-- How decisions came about: components by content, swaps of generations, what people did with what was decided.

-- A column of its own: what a generation decided is found without reading outlines.
ALTER TABLE decision ADD COLUMN decided_by TEXT NOT NULL DEFAULT ''; -- generation
UPDATE decision SET decided_by = coalesce(CASE WHEN json_valid(outline) THEN json_extract(outline, '$.decided_by') END, '');
CREATE INDEX decision_generation ON decision (decided_by);
CREATE INDEX decision_at ON decision (decided_at);

-- From here on a commitment is SHA-256 of salt, trace and whole; those made before are of salt and trace.

-- Interactions without a decision: as few as wait, however long history is.
CREATE INDEX interaction_undecided ON interaction (seq) WHERE decision IS NULL AND removed = 0;

-- An effect that was not sent yet when its generation was withdrawn is `recalled`, and never sent.
DROP INDEX effect_pending;
ALTER TABLE effect RENAME COLUMN state TO former;
ALTER TABLE effect ADD COLUMN state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'dead', 'recalled'));
UPDATE effect SET state = former WHERE former <> 'pending';
ALTER TABLE effect DROP COLUMN former;
CREATE INDEX effect_pending ON effect (decision) WHERE state = 'pending';

-- Components by content, as long as history names them.
CREATE TABLE component (
    digest TEXT PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;

-- What happened to generations.
CREATE TABLE swap (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    at            INTEGER NOT NULL,
    generation    TEXT,
    former        TEXT,             -- the generation that served before
    kind          TEXT    NOT NULL,
    cause         TEXT    NOT NULL, -- the trigger
    actor         TEXT    NOT NULL,
    why           TEXT    NOT NULL, -- an operator's words, or the host's
    share_ppm     INTEGER,
    staging_ms    INTEGER NOT NULL,
    publishing_ns INTEGER NOT NULL
) STRICT;

CREATE INDEX swap_serving ON swap (seq) WHERE kind IN ('applied', 'rolled_back');

-- What people did with what was decided.
CREATE TABLE label (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    interaction  INTEGER NOT NULL REFERENCES interaction (seq),
    conversation INTEGER NOT NULL REFERENCES conversation (seq),
    decision     INTEGER NOT NULL REFERENCES decision (seq), -- which it judges
    decisions    INTEGER NOT NULL,                           -- the last one of all when it was given
    at           INTEGER NOT NULL,
    actor        TEXT    NOT NULL,
    queue        TEXT,
    score        REAL
) STRICT;

CREATE INDEX label_interaction ON label (interaction);
CREATE INDEX label_conversation ON label (conversation, decisions);
