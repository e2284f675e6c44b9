//! Polls of lists that begin with the newest and go on with a token.
//!
//! A poll may end before it has reached what the poll before has seen: then the token is kept, the next poll goes on there, and only
//! when the end is reached does the newest become what was seen. So nothing is left out, whatever happens between.

mod cursor;
mod round;
#[cfg(test)]
mod tests;

pub use cursor::{Cursor, Place, newer};
pub use round::{Listing, poll};
