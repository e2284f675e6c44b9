//! The commands, one file each. Each returns its failure; nothing here ends the process.

pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod decisions;
pub(crate) mod explain;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod quarantine;
pub(crate) mod redrive;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod token;
pub(crate) mod top;
