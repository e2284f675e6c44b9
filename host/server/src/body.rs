//! Reading a delivery's body: never more than allowed of one, never more than allowed of all together, never longer than allowed.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::http::{HeaderMap, header};
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Code, Problem};
use crate::settings::ServerSettings;

/// One unit of the shared allowance.
const UNIT_BYTES: usize = 1 << 10;

/// Of a body that is too large, so much is read and thrown away before the answer, and no longer than this: most clients send all of it
/// before they listen, and would see a broken connection instead of an answer (RFC 9112 §9.6). Who pauses may be listening.
const DRAINED_BYTES_MAX: u64 = 32 << 20;
const DRAIN_MAX: Duration = Duration::from_secs(10);
const DRAIN_PAUSE_MAX: Duration = Duration::from_millis(500);

/// The room for all bodies that are being read or worked on.
pub(crate) struct Room {
    units: Arc<Semaphore>,
    body_bytes_max: usize,
    read_max: Duration,
}

/// A body with its place in the room, which is free again when this is dropped.
pub(crate) struct Held {
    pub(crate) bytes: Vec<u8>,
    place: Option<OwnedSemaphorePermit>,
}

impl Room {
    pub(crate) fn new(settings: &ServerSettings) -> Self {
        let units = (settings.bodies_bytes_max / UNIT_BYTES).clamp(1, Semaphore::MAX_PERMITS);
        Self {
            units: Arc::new(Semaphore::new(units)),
            body_bytes_max: settings.body_bytes_max,
            read_max: Duration::from_millis(settings.body_read_ms_max),
        }
    }

    /// The whole body as it is on the wire. Of one that is too large nothing is held; one announced as beyond all measure is refused before a
    /// byte of it is read, and so is one whose sender waits to be asked for it.
    ///
    /// # Errors
    /// 408, 413, 415, 503, or 400 when the connection or the framing breaks.
    pub(crate) async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Held, Problem> {
        plain(headers)?;
        let announced_bytes = body.size_hint().lower();
        if announced_bytes > u64::try_from(self.body_bytes_max).unwrap_or(u64::MAX) {
            if announced_bytes <= DRAINED_BYTES_MAX && !headers.contains_key(header::EXPECT) {
                drain(&mut body.into_data_stream(), self.read_max).await;
            }
            return Err(self.too_large());
        }
        match tokio::time::timeout(self.read_max, self.collect(body)).await {
            Ok(held) => held,
            Err(_) => Err(Problem::new(Code::BodyTimeout, format!("Send the whole body within {} seconds.", self.read_max.as_secs()))),
        }
    }

    async fn collect(&self, body: Body) -> Result<Held, Problem> {
        let mut held = Held { bytes: Vec::new(), place: None };
        let mut room_bytes = 0_usize;
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Problem::new(Code::BadRequest, "The body ended before its end, or its framing is wrong."))?;
            let needed = held.bytes.len().saturating_add(chunk.len());
            if needed > self.body_bytes_max {
                drop(held);
                drain(&mut chunks, self.read_max).await;
                return Err(self.too_large());
            }
            if needed > room_bytes {
                // Doubling, as the buffer itself does, so that the room counts what is really held.
                let wanted = needed.max(room_bytes.saturating_mul(2)).min(self.body_bytes_max);
                self.widen(&mut held, wanted)?;
                room_bytes = wanted;
                held.bytes.reserve_exact(wanted.saturating_sub(held.bytes.len()));
            }
            held.bytes.extend_from_slice(&chunk);
        }
        Ok(held)
    }

    fn widen(&self, held: &mut Held, to_bytes: usize) -> Result<(), Problem> {
        let has = held.place.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let units = u32::try_from(to_bytes.div_ceil(UNIT_BYTES).saturating_sub(has)).unwrap_or(u32::MAX);
        let place = Arc::clone(&self.units).try_acquire_many_owned(units).map_err(|_| {
            Problem::new(Code::Busy, "Too many deliveries are being read; nothing of this one was kept. Send it again.").retry_after(2)
        })?;
        match &mut held.place {
            Some(own) => own.merge(place),
            none => *none = Some(place),
        }
        Ok(())
    }

    fn too_large(&self) -> Problem {
        Problem::new(Code::BodyTooLarge, format!("A delivery may have {} bytes.", self.body_bytes_max))
    }
}

/// Reads what is left, within bounds, and keeps none of it.
async fn drain(chunks: &mut BodyDataStream, read_max: Duration) {
    let rest = async {
        let mut left_bytes = DRAINED_BYTES_MAX;
        while let Ok(Some(Ok(chunk))) = tokio::time::timeout(DRAIN_PAUSE_MAX, chunks.next()).await {
            let read_bytes = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            match left_bytes.checked_sub(read_bytes) {
                Some(left) => left_bytes = left,
                None => return,
            }
        }
    };
    // Whether it was all of it makes no difference to the answer.
    let _ = tokio::time::timeout(read_max.min(DRAIN_MAX), rest).await;
}

/// Signatures are over the bytes on the wire, and what is packed small can be unpacked large: bodies come as they are, or not at all.
fn plain(headers: &HeaderMap) -> Result<(), Problem> {
    let plain = headers.get_all(header::CONTENT_ENCODING).iter().all(|value| {
        value
            .to_str()
            .is_ok_and(|value| value.split(',').all(|one| matches!(one.trim(), "") || one.trim().eq_ignore_ascii_case("identity")))
    });
    if plain { Ok(()) } else { Err(Problem::new(Code::UnsupportedEncoding, "Send the body without a `Content-Encoding`.")) }
}
