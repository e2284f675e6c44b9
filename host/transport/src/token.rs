//! Tokens that the host obtains for plugins: kept, renewed before they end, and never shown.
//!
//! One token belongs to one configured secret and the way in which it is obtained, whichever plugins use it: a refresh token that is used up
//! by one of them must not be used by another. A renewal is made by one at a time and goes on when whoever asked for it gave up, because what
//! the server gave by then is given only once. What it gave is kept in the store before it is used, sealed under a key that is made from the
//! secret's own value: a copy of the database has no token, and a secret that is given a new value starts anew.

mod obtain;
mod sealed;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use dispatch::port::{Clock, EgressError, EgressGrant, Secrets, Tokens};
use model::{Credential, Digest, Secret, Timestamp};
use serde::{Deserialize, Serialize};

use self::obtain::{Order, Refusal};
use self::sealed::Origin;
use crate::egress::HttpEgress;

/// A token is renewed so long before its end, or a tenth of its life when that is less.
const MARGIN_MS: u64 = 60_000;
/// Between two renewals because the token was refused.
const REFUSED_AGAIN_MS: u64 = 30_000;
/// After the server refused to give a token, it is not asked again for so long, unless the secret has another value.
const REFUSAL_MS: u64 = 60_000;
/// Credentials that tokens are held for at a time.
const SLOTS_MAX: usize = 4_096;

/// Holds the tokens of all plugins.
pub(crate) struct Keeper {
    kept: Arc<dyn Tokens>,
    clock: Arc<dyn Clock>,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
}

/// The token of one credential.
#[derive(Default)]
struct Slot {
    state: Arc<tokio::sync::Mutex<State>>,
    /// Values that must not come back in answers.
    hidden: Mutex<Vec<Vec<u8>>>,
}

#[derive(Default)]
struct State {
    /// What the token was made from; another one makes it worthless.
    origin: Option<Digest>,
    held: Option<Held>,
    /// What is not in the store yet: it is not used before it is.
    unkept: Option<Held>,
    refused: Option<Refused>,
}

struct Refused {
    why: String,
    until: Timestamp,
}

/// What a server gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Held {
    token: String,
    #[serde(default)]
    refresh: Option<String>,
    obtained_at: Timestamp,
    /// Absent: until it is refused.
    #[serde(default)]
    ends_at: Option<Timestamp>,
}

impl Held {
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|ends_at| {
            let margin_ms = MARGIN_MS.min(ends_at.since_ms(self.obtained_at) / 10);
            now.plus_ms(margin_ms) < ends_at
        })
    }
}

/// Who asks for a token.
pub(crate) struct Asked<'a> {
    pub(crate) grant: &'a EgressGrant,
    pub(crate) credential: &'a Credential,
    /// A token that the other side has refused: it is obtained anew.
    pub(crate) refused: Option<&'a Secret>,
}

impl Keeper {
    pub(crate) fn new(kept: Arc<dyn Tokens>, clock: Arc<dyn Clock>) -> Self {
        Self { kept, clock, slots: Mutex::default() }
    }

    /// A token for this credential: the one that is held, or a new one.
    ///
    /// # Errors
    /// Why there is none, without a word of the secret.
    pub(crate) async fn token(&self, egress: &HttpEgress, secrets: &dyn Secrets, asked: Asked<'_>) -> Result<Secret, EgressError> {
        let origins = Origin::all(asked.credential, secrets);
        let origin = origins.first().cloned().ok_or_else(|| {
            let why = format!("the secret `{}` has no value of the form that its credential needs", asked.credential.secret);
            EgressError::Unavailable(why)
        })?;
        let key = sealed::key_of(asked.credential);
        let slot = self.slot(&key)?;
        let state = Arc::clone(&slot.state).lock_owned().await;
        if let Some(held) = usable(&state, &origin, asked.refused, self.clock.now()) {
            return Ok(held);
        }
        let order = Order::new(asked.credential, &origin);
        let work = Work { key, slot, order, origin, grant: asked.grant.clone(), egress: egress.clone() };
        let (kept, clock) = (Arc::clone(&self.kept), Arc::clone(&self.clock));
        let refused = asked.refused.cloned();
        let renewed = tokio::spawn(async move { work.run(state, &*kept, &*clock, refused).await }).await;
        let renewed = renewed.unwrap_or_else(|_| Err("the host failed while it asked for a token".to_owned()));
        renewed.map_err(|why| EgressError::Unavailable(format!("no token for the secret `{}`: {why}", asked.credential.secret)))
    }

    /// What must not come back: the tokens that are held for this credential.
    pub(crate) fn hidden(&self, credential: &Credential) -> Vec<Vec<u8>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.get(&sealed::key_of(credential)).cloned();
        drop(slots);
        slot.map(|slot| slot.hidden.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap_or_default()
    }

    fn slot(&self, key: &str) -> Result<Arc<Slot>, EgressError> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= SLOTS_MAX && !slots.contains_key(key) {
            return Err(EgressError::Unavailable(format!("tokens of {SLOTS_MAX} credentials are held already")));
        }
        Ok(Arc::clone(slots.entry(key.to_owned()).or_default()))
    }
}

/// The token that is held, when it is of this origin, not at its end, and not the one that was refused.
fn usable(state: &State, origin: &Origin, refused: Option<&Secret>, now: Timestamp) -> Option<Secret> {
    let held = state.held.as_ref().filter(|_| state.origin.as_ref() == Some(&origin.digest) && state.unkept.is_none())?;
    let was_refused = refused.is_some_and(|refused| refused.expose() == held.token.as_bytes());
    let again = was_refused && held.obtained_at.plus_ms(REFUSED_AGAIN_MS) <= now;
    (held.is_fresh(now) && !again).then(|| Secret::new(held.token.as_bytes()))
}

/// A renewal, to be made to its end.
struct Work {
    key: String,
    slot: Arc<Slot>,
    order: Order,
    origin: Origin,
    grant: EgressGrant,
    egress: HttpEgress,
}

impl Work {
    async fn run(
        self,
        mut state: tokio::sync::OwnedMutexGuard<State>,
        kept: &dyn Tokens,
        clock: &dyn Clock,
        refused: Option<Secret>,
    ) -> Result<Secret, String> {
        if state.origin.as_ref() != Some(&self.origin.digest) {
            *state = State { origin: Some(self.origin.digest.clone()), ..State::default() };
            let sealed = kept.kept(&self.key).await.map_err(|error| error.to_string())?;
            state.held = sealed.and_then(|sealed| self.origin.open(&self.key, &sealed));
            self.hide(&state);
            if let Some(held) = usable(&state, &self.origin, refused.as_ref(), clock.now()) {
                return Ok(held);
            }
        }
        if state.unkept.is_none() {
            let granted = self.ask(&mut state, clock).await?;
            state.unkept = Some(granted);
            self.hide(&state);
        }
        let Some(granted) = state.unkept.clone() else { return Err("nothing was given".to_owned()) };
        let sealed = self.origin.seal(&self.key, &granted)?;
        kept.keep(&self.key, sealed).await.map_err(|error| format!("it could not be kept: {error}"))?;
        state.unkept = None;
        let token = Secret::new(granted.token.as_bytes());
        state.held = Some(granted);
        Ok(token)
    }

    async fn ask(&self, state: &mut State, clock: &dyn Clock) -> Result<Held, String> {
        if let Some(refused) = &state.refused
            && clock.now() < refused.until
        {
            return Err(refused.why.clone());
        }
        let refresh = state.held.as_ref().and_then(|held| held.refresh.as_deref());
        match self.order.send(&self.egress, &self.grant, refresh, clock.now()).await {
            Ok(held) => {
                state.refused = None;
                Ok(held)
            }
            Err(Refusal::Later(why)) => Err(why),
            Err(Refusal::Refused(why)) => {
                tracing::warn!(why, "a token was refused");
                state.refused = Some(Refused { why: why.clone(), until: clock.now().plus_ms(REFUSAL_MS) });
                Err(why)
            }
        }
    }

    /// The latest values, and those before them: an answer may still be on its way.
    fn hide(&self, state: &State) {
        let mut hidden = self.slot.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        for held in [&state.held, &state.unkept].into_iter().flatten() {
            for value in [Some(&held.token), held.refresh.as_ref()].into_iter().flatten() {
                if !hidden.iter().any(|known| known == value.as_bytes()) {
                    hidden.push(value.as_bytes().to_vec());
                }
            }
        }
        let surplus = hidden.len().saturating_sub(HIDDEN_MAX);
        hidden.drain(..surplus);
    }
}

/// Values of one credential that are looked for in answers.
const HIDDEN_MAX: usize = 8;
