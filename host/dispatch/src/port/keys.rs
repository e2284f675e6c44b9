use model::Secret;
use thiserror::Error;

/// The contract's `keys.algorithm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// RFC 2104 with SHA-1.
    HmacSha1,
    /// RFC 2104 with SHA-256.
    HmacSha256,
    /// RFC 2104 with SHA-512.
    HmacSha512,
    /// RFC 8032.
    Ed25519,
    /// CBC, PKCS #7, 16-byte key.
    Aes128Cbc,
    /// CBC, PKCS #7, 32-byte key.
    Aes256Cbc,
    /// GCM, 12-byte nonce, tag at the end, 32-byte key.
    Aes256Gcm,
}

/// Why nothing was computed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Algorithm, key, iv or data do not fit together.
    #[error("{0}")]
    Invalid(String),
}

/// The arithmetic behind the contract's `keys`. Pure; whether a plugin may use a key is decided before.
pub trait Keys: Send + Sync {
    /// The code of `data`.
    ///
    /// # Errors
    /// When the algorithm is no HMAC.
    fn mac(&self, key: &Secret, algorithm: KeyAlgorithm, data: &[u8]) -> Result<Vec<u8>, KeyError>;
    /// Whether the signature is right, in constant time.
    ///
    /// # Errors
    /// When the algorithm signs nothing, or the key has a wrong form.
    fn verify(&self, key: &Secret, algorithm: KeyAlgorithm, data: &[u8], signature: &[u8]) -> Result<bool, KeyError>;
    /// The plain text.
    ///
    /// # Errors
    /// When the algorithm does not decrypt, or key, iv or data have a wrong form.
    fn decrypt(&self, key: &Secret, algorithm: KeyAlgorithm, iv: &[u8], data: &[u8]) -> Result<Vec<u8>, KeyError>;
}
