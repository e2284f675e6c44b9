use serde::de::DeserializeOwned;

use crate::Problem;

/// A plugin: something that is made from its settings, once, and then only read.
///
/// What `configure` leaves in memory is what every instance starts from: the host takes a snapshot after it. So everything that does not
/// depend on an interaction belongs here: tables, automata, parsed rules. Nothing that a role function changes lasts until the next call.
pub trait Plugin: Send + Sync + Sized + 'static {
    /// The plugin's own table of `pointsman.toml`. Give it `#[serde(deny_unknown_fields)]`, so that a misspelt key is a problem and not a
    /// setting that never works. A plugin without settings takes [`NoSettings`](crate::settings::NoSettings).
    type Settings: DeserializeOwned;

    /// Prepares everything. Pure: no clock, no randomness, no host function but [`log`](crate::log) does anything.
    ///
    /// # Errors
    /// All problems, not just the first: they refuse the whole generation, and a person has to mend them one by one otherwise.
    fn configure(settings: Self::Settings) -> Result<Self, Vec<Problem>>;
}

/// Exports a plugin in its roles: `plugin!(Mastodon: feed, connection);`, once in a crate.
///
/// The roles are `webhook`, `connection`, `feed`, `sender`, `enricher`, `classifier`, `prioritizer`, `router`, `responder` and `sink`. The
/// type must implement [`Plugin`] and the trait of each role. Only wasm builds export anything, so that native programs can link any
/// number of plugins.
#[macro_export]
macro_rules! plugin {
    ($plugin:ident: $($role:ident),+ $(,)?) => {
        impl $crate::guest::Slot for $plugin {
            fn slot() -> &'static ::std::sync::OnceLock<Self> {
                static CONFIGURED: ::std::sync::OnceLock<$plugin> = ::std::sync::OnceLock::new();
                &CONFIGURED
            }
        }

        #[cfg(target_family = "wasm")]
        mod pointsman_exports {
            type Guest = $crate::guest::Guest<super::$plugin>;
            $crate::contract::configure::export_configure!(Guest with_types_in $crate::contract::configure);
            $($crate::export_role!($role Guest);)+
        }

        #[cfg(not(target_family = "wasm"))]
        const _: () = {
            $($crate::check_role!($role $plugin);)+
        };
    };
}

/// The exports of one role.
#[doc(hidden)]
#[macro_export]
macro_rules! export_role {
    (webhook $guest:ident) => { $crate::contract::webhook::export_webhook!($guest with_types_in $crate::contract::webhook); };
    (connection $guest:ident) => { $crate::contract::connection::export_connection!($guest with_types_in $crate::contract::connection); };
    (feed $guest:ident) => { $crate::contract::feed::export_feed!($guest with_types_in $crate::contract::feed); };
    (sender $guest:ident) => { $crate::contract::sender::export_sender!($guest with_types_in $crate::contract::sender); };
    (enricher $guest:ident) => { $crate::contract::enricher::export_enricher!($guest with_types_in $crate::contract::enricher); };
    (classifier $guest:ident) => { $crate::contract::classifier::export_classifier!($guest with_types_in $crate::contract::classifier); };
    (prioritizer $guest:ident) => { $crate::contract::prioritizer::export_prioritizer!($guest with_types_in $crate::contract::prioritizer); };
    (router $guest:ident) => { $crate::contract::router::export_router!($guest with_types_in $crate::contract::router); };
    (responder $guest:ident) => { $crate::contract::responder::export_responder!($guest with_types_in $crate::contract::responder); };
    (sink $guest:ident) => { $crate::contract::sink::export_sink!($guest with_types_in $crate::contract::sink); };
    ($other:ident $guest:ident) => { compile_error!(concat!("`", stringify!($other), "` is not a role")); };
}

/// The same mistakes are mistakes natively.
#[doc(hidden)]
#[macro_export]
macro_rules! check_role {
    (webhook $plugin:ident) => { $crate::check_role!(is Webhook $plugin); };
    (connection $plugin:ident) => { $crate::check_role!(is Connection $plugin); };
    (feed $plugin:ident) => { $crate::check_role!(is Feed $plugin); };
    (sender $plugin:ident) => { $crate::check_role!(is Sender $plugin); };
    (enricher $plugin:ident) => { $crate::check_role!(is Enricher $plugin); };
    (classifier $plugin:ident) => { $crate::check_role!(is Classifier $plugin); };
    (prioritizer $plugin:ident) => { $crate::check_role!(is Prioritizer $plugin); };
    (router $plugin:ident) => { $crate::check_role!(is Router $plugin); };
    (responder $plugin:ident) => { $crate::check_role!(is Responder $plugin); };
    (sink $plugin:ident) => { $crate::check_role!(is Sink $plugin); };
    (is $trait:ident $plugin:ident) => {
        const _: fn() = || {
            fn has_role<P: $crate::$trait>() {}
            has_role::<$plugin>()
        };
    };
    ($other:ident $plugin:ident) => { compile_error!(concat!("`", stringify!($other), "` is not a role")); };
}
