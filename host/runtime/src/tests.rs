//! The runtime with a guest that misbehaves on demand.

mod calls;
mod guest;
mod real;
mod staging;
mod world;
