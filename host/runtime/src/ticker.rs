//! The clock of the engines: one thread of the process that raises their epochs, and ends with them.
//!
//! Its own thread, because a task on the executor could be starved by the very guests it must stop. It holds the engines weakly.

use std::time::Duration;

use wasmtime::{Engine, EngineWeak};

/// One tick. Deadlines are kept to within two of them.
pub(crate) const TICK_MS: u64 = 2;

/// Starts the ticker of these engines. It ends when they are gone.
pub(crate) fn start(engines: &[&Engine]) -> std::io::Result<()> {
    let engines: Vec<EngineWeak> = engines.iter().map(|engine| engine.weak()).collect();
    std::thread::Builder::new().name("epoch".to_owned()).stack_size(64 << 10).spawn(move || run(&engines)).map(drop)
}

fn run(engines: &[EngineWeak]) {
    loop {
        std::thread::sleep(Duration::from_millis(TICK_MS));
        let mut alive = false;
        for engine in engines.iter().filter_map(EngineWeak::upgrade) {
            engine.increment_epoch();
            alive = true;
        }
        if !alive {
            return;
        }
    }
}

/// The ticks after which a call of this length has surely used up its time.
pub(crate) fn ticks(deadline_ms: u64) -> u64 {
    deadline_ms.div_ceil(TICK_MS).saturating_add(1)
}
