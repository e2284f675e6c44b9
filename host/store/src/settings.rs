/// How much the store may hold in memory and how long it waits. The defaults suit one busy machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// Changes that wait for the writer; more wait outside, up to [`Self::queue_wait_ms_max`].
    pub writer_queue_max: usize,
    /// Changes that are committed with one sync.
    pub batch_jobs_max: usize,
    /// Connections that read.
    pub reader_connections_max: u32,
    /// How long to wait for a lock that another process holds on the file.
    pub busy_timeout_ms: u64,
    /// How long a change waits for a place in the queue before it is refused.
    pub queue_wait_ms_max: u64,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { writer_queue_max: 1_024, batch_jobs_max: 256, reader_connections_max: 4, busy_timeout_ms: 5_000, queue_wait_ms_max: 5_000 }
    }
}
