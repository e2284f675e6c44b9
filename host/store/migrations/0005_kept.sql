-- What the host keeps for connectors: tokens that it obtained, and the files of attachments that somebody asked for.

-- Sealed by who keeps them, under a key that is made from the secret's own value: no API reads this table, and who reads the file reads no token.
CREATE TABLE kept_token (
    key     TEXT    PRIMARY KEY, -- hash of the secret's name and the way in which its token is obtained
    sealed  BLOB    NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;

-- Files by content: the same file that came twice is here once.
CREATE TABLE media_content (
    digest TEXT PRIMARY KEY, -- SHA-256 of the bytes
    bytes  BLOB NOT NULL
) STRICT;

-- Which attachment a file is. It goes with the interaction's words.
CREATE TABLE attachment_content (
    interaction INTEGER NOT NULL REFERENCES interaction (seq),
    number      INTEGER NOT NULL, -- among the interaction's attachments, from 0
    origin      TEXT    NOT NULL, -- where the words say it is: an edit may put another one there
    digest      TEXT    NOT NULL,
    media_type  TEXT    NOT NULL, -- by its bytes
    size_bytes  INTEGER NOT NULL,
    name        TEXT,
    fetched_at  INTEGER NOT NULL,
    PRIMARY KEY (interaction, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX attachment_digest ON attachment_content (digest);

-- Erasing somebody's words erases their files too, by whatever way the words go.
CREATE TRIGGER attachment_erased AFTER DELETE ON interaction_content BEGIN
    DELETE FROM attachment_content WHERE interaction = OLD.interaction;
END;

CREATE TRIGGER media_unused AFTER DELETE ON attachment_content
WHEN NOT EXISTS (SELECT 1 FROM attachment_content WHERE digest = OLD.digest) BEGIN
    DELETE FROM media_content WHERE digest = OLD.digest;
END;
