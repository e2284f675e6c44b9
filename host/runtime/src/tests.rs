//! The runtime with guests that misbehave on demand.

mod calls;
mod cancel;
mod costs;
mod crowd;
mod guest;
mod isolation;
mod leaks;
mod limits;
mod measure;
mod real;
mod refusals;
mod staging;
mod world;
