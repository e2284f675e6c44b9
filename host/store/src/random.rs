use dispatch::port::StoreError;
use model::{DeliveryId, InteractionId, Timestamp};
use ulid::Ulid;

/// 32 bytes that nobody can guess.
pub(crate) fn salt() -> Result<[u8; 32], StoreError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Unavailable(format!("the machine gives no random numbers: {error}")))?;
    Ok(bytes)
}

pub(crate) fn delivery_id(at: Timestamp) -> Result<DeliveryId, StoreError> {
    Ok(DeliveryId(format!("d{}", ulid(at)?)))
}

pub(crate) fn interaction_id(at: Timestamp) -> Result<InteractionId, StoreError> {
    Ok(InteractionId(format!("i{}", ulid(at)?)))
}

pub(crate) fn outgoing_id(at: Timestamp) -> Result<String, StoreError> {
    Ok(format!("o{}", ulid(at)?))
}

fn ulid(at: Timestamp) -> Result<Ulid, StoreError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Unavailable(format!("the machine gives no random numbers: {error}")))?;
    Ok(Ulid::from_parts(at.0, u128::from_le_bytes(bytes)))
}
