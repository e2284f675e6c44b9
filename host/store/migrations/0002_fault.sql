-- The quarantine of interactions: what failed while they were decided.

-- One row for each fault. It counts as long as no later decision has been made about the interaction.
CREATE TABLE fault (
    seq         INTEGER PRIMARY KEY,
    decision    INTEGER NOT NULL REFERENCES decision (seq),
    interaction INTEGER NOT NULL REFERENCES interaction (seq),
    chain       TEXT    NOT NULL,
    plugin      TEXT    NOT NULL,
    digest      TEXT    NOT NULL, -- of the component that failed
    role        TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    figures     TEXT    NOT NULL, -- the fault without its sentence: JSON
    held        INTEGER NOT NULL, -- the interaction is held because of it
    counts      INTEGER NOT NULL
) STRICT;

CREATE INDEX fault_interaction ON fault (interaction) WHERE counts = 1;
CREATE INDEX fault_list ON fault (held, seq) WHERE counts = 1;

-- A trap's or contract's sentence may quote what the plugin had read.
CREATE TABLE fault_content (
    fault  INTEGER PRIMARY KEY REFERENCES fault (seq),
    detail TEXT    NOT NULL
) STRICT;
