//! The contract's exported functions, and the interfaces that carry them.

use model::Role;
use wasmtime::component::{Component, ComponentExportIndex};

/// One exported function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Receive,
    Opened,
    Received,
    Woken,
    Poll,
    Hydrate,
    Send,
    Find,
    Enrich,
    Classify,
    Prioritize,
    Route,
    Suggest,
    Export,
    Erase,
}

impl Function {
    pub(crate) const ALL: [Self; 15] = [
        Self::Receive,
        Self::Opened,
        Self::Received,
        Self::Woken,
        Self::Poll,
        Self::Hydrate,
        Self::Send,
        Self::Find,
        Self::Enrich,
        Self::Classify,
        Self::Prioritize,
        Self::Route,
        Self::Suggest,
        Self::Export,
        Self::Erase,
    ];

    /// The role whose interface has it.
    pub(crate) fn role(self) -> Role {
        match self {
            Self::Receive => Role::Webhook,
            Self::Opened | Self::Received | Self::Woken => Role::Connection,
            Self::Poll | Self::Hydrate => Role::Feed,
            Self::Send | Self::Find => Role::Sender,
            Self::Enrich => Role::Enricher,
            Self::Classify => Role::Classifier,
            Self::Prioritize => Role::Prioritizer,
            Self::Route => Role::Router,
            Self::Suggest => Role::Responder,
            Self::Export | Self::Erase => Role::Sink,
        }
    }

    /// Its name in the interface.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Opened => "opened",
            Self::Received => "received",
            Self::Woken => "woken",
            Self::Poll => "poll",
            Self::Hydrate => "hydrate",
            Self::Send | Self::Export => "deliver",
            Self::Find => "find",
            Self::Enrich => "enrich",
            Self::Classify => "classify",
            Self::Prioritize => "prioritize",
            Self::Route => "route",
            Self::Suggest => "suggest",
            Self::Erase => "erase",
        }
    }
}

/// Where a component's functions are, looked up once so that a call compares no names.
pub(crate) struct Functions(Vec<Option<ComponentExportIndex>>);

impl Functions {
    pub(crate) fn of(component: &Component) -> Self {
        let find = |function: Function| {
            let instance = component.get_export_index(None, interface_of(function.role()))?;
            component.get_export_index(Some(&instance), function.name())
        };
        Self(Function::ALL.into_iter().map(find).collect())
    }

    pub(crate) fn get(&self, function: Function) -> Option<&ComponentExportIndex> {
        self.0.get(function as usize)?.as_ref()
    }
}

/// The full name of a role's interface.
pub(crate) fn interface_of(role: Role) -> &'static str {
    match role {
        Role::Webhook => "pointsman:connector/webhook@0.1.0",
        Role::Connection => "pointsman:connector/connection@0.1.0",
        Role::Feed => "pointsman:connector/feed@0.1.0",
        Role::Sender => "pointsman:connector/sender@0.1.0",
        Role::Enricher => "pointsman:policy/enricher@0.1.0",
        Role::Classifier => "pointsman:policy/classifier@0.1.0",
        Role::Prioritizer => "pointsman:policy/prioritizer@0.1.0",
        Role::Router => "pointsman:policy/router@0.1.0",
        Role::Responder => "pointsman:policy/responder@0.1.0",
        Role::Sink => "pointsman:policy/sink@0.1.0",
    }
}

/// The role of an interface's name without version.
pub(crate) fn role_of(interface: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| self::interface(interface_of(*role)).is_some_and(|(name, _)| name == interface))
}

/// Name and version of `package:space/interface@version`.
pub(crate) fn interface(name: &str) -> Option<(&str, &str)> {
    name.split_once('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_names_its_role() {
        for role in Role::ALL {
            let (name, version) = interface(interface_of(role)).unwrap();
            assert_eq!((role_of(name), version), (Some(role), "0.1.0"));
            assert!(name.ends_with(role.name()));
        }
    }

    #[test]
    fn functions_are_numbered_in_order() {
        for (at, function) in Function::ALL.into_iter().enumerate() {
            assert_eq!(function as usize, at);
        }
    }
}
