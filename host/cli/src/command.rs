//! The commands, one file each. Each returns its failure; nothing here ends the process.

pub(crate) mod applied;
pub(crate) mod apply;
pub(crate) mod audit;
pub(crate) mod backtest;
pub(crate) mod call;
pub(crate) mod canary;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod decisions;
pub(crate) mod explain;
pub(crate) mod history;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod plan;
pub(crate) mod quarantine;
pub(crate) mod redecide;
pub(crate) mod redrive;
pub(crate) mod replay;
pub(crate) mod rollback;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod shadow;
pub(crate) mod token;
pub(crate) mod top;
pub(crate) mod trial;
