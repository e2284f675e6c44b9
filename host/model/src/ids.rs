//! Names that the host gives. Texts, so that they pass through JSON, SQL and WIT unharmed; random or content-derived, so that they tell
//! nothing about a person.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// One interaction: `i` and a ULID.
    InteractionId
);
id!(
    /// One delivery, frame or page as it arrived: `d` and a ULID.
    DeliveryId
);
id!(
    /// One decision: `c` and a ULID.
    DecisionId
);
id!(
    /// One generation: SHA-256 over the canonical JSON of everything that decides, in hex.
    GenerationId
);
id!(
    /// One thing in the outbox: of an effect the decision's id and its place in it, of what a person wants `o` and a ULID. It is the key by
    /// which the outside is told that two tries are of the same thing.
    OutgoingId
);
