//! The contract as Rust: generated from `wit/`, never written by hand.
//!
//! The vocabulary is generated once. Each role is generated apart, from a world that exports nothing but its interface, and uses the
//! vocabulary's types. That is what lets [`plugin!`](crate::plugin) export any union of roles: every role brings its own export macro and
//! its own piece of metadata, which the componentizer unites, and imports that nobody calls disappear.

/// Types that are shared by all roles, and the host's functions.
pub mod vocabulary {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package pointsman:sdk;
            world vocabulary {
                import pointsman:host/types@0.1.0;
                import pointsman:host/log@0.1.0;
                import pointsman:host/budget@0.1.0;
                import pointsman:host/keys@0.1.0;
                import pointsman:host/http@0.1.0;
                import pointsman:host/state@0.1.0;
                import pointsman:interaction/types@0.1.0;
                import pointsman:connector/facts@0.1.0;
                import pointsman:policy/decisions@0.1.0;
            }
        ",
        generate_all,
        generate_unused_types: true,
        pub_export_macro: true,
        additional_derives: [PartialEq],
        additional_type_attributes: {
            "pointsman:host/types@0.1.0/problem": [#[derive(Default)]],
            "pointsman:host/types@0.1.0/response": [#[derive(Default)]],
            "pointsman:host/http@0.1.0/request": [#[derive(Default)]],
            "pointsman:interaction/types@0.1.0/reason": [#[derive(Default)]],
            "pointsman:interaction/types@0.1.0/kind": [#[derive(Default)]],
            "pointsman:interaction/types@0.1.0/visibility": [#[derive(Default)]],
            "pointsman:interaction/types@0.1.0/direction": [#[derive(Default)]],
            "pointsman:interaction/types@0.1.0/author": [#[derive(Default)]],
            "pointsman:interaction/types@0.1.0/engagement": [#[derive(Default)]],
            "pointsman:interaction/types@0.1.0/customer": [#[derive(Default)]],
            "pointsman:interaction/types@0.1.0/interaction": [#[derive(Default)]],
            "pointsman:connector/facts@0.1.0/item": [#[derive(Default)]],
            "pointsman:connector/facts@0.1.0/removal": [#[derive(Default)]],
            "pointsman:connector/facts@0.1.0/reaction": [#[derive(Default)]],
            "pointsman:connector/facts@0.1.0/progress": [#[derive(Default)]],
            "pointsman:connector/facts@0.1.0/receipt": [#[derive(Default)]],
            "pointsman:connector/facts@0.1.0/note": [#[derive(Default)]],
            "pointsman:connector/facts@0.1.0/pointer": [#[derive(Default)]],
            "pointsman:policy/decisions@0.1.0/priority": [#[derive(Default)]],
            "pointsman:policy/decisions@0.1.0/trigger": [#[derive(Default)]],
            "pointsman:policy/decisions@0.1.0/situation": [#[derive(Default)]],
            "pointsman:policy/decisions@0.1.0/skill": [#[derive(Default)]],
            "pointsman:policy/decisions@0.1.0/target": [#[derive(Default)]],
            "pointsman:policy/decisions@0.1.0/service-level": [#[derive(Default)]],
            "pointsman:policy/decisions@0.1.0/assignment": [#[derive(Default)]],
        },
        additional_member_attributes: {
            "pointsman:interaction/types@0.1.0/kind.message": [#[default]],
            "pointsman:interaction/types@0.1.0/visibility.private": [#[default]],
            "pointsman:interaction/types@0.1.0/direction.inbound": [#[default]],
            "pointsman:connector/facts@0.1.0/progress.sent": [#[default]],
            "pointsman:policy/decisions@0.1.0/trigger.arrived": [#[default]],
        },
    });
}

/// A module with the bindings of one exported interface: its own types, its `Guest` trait, its export macro and its piece of metadata.
macro_rules! role {
    ($name:ident, $doc:literal, $world:literal, $export:literal, derives: {$($derives:tt)*}, with: {$($with:tt)*}) => {
        #[doc = $doc]
        pub mod $name {
            wit_bindgen::generate!({
                path: "../../wit",
                inline: $world,
                generate_all,
                pub_export_macro: true,
                export_macro_name: $export,
                additional_derives: [PartialEq],
                additional_type_attributes: {$($derives)*},
                with: {$($with)*},
            });
        }
    };
}

role! {
    configure,
    "The export that every plugin has.",
    "package pointsman:sdk; world configure { use pointsman:host/types@0.1.0.{problem}; export configure: func(settings: string) -> result<_, list<problem>>; }",
    "export_configure",
    derives: {},
    with: {
        "pointsman:host/types@0.1.0": crate::contract::vocabulary::pointsman::host::types,
    }
}
role! {
    webhook,
    "Deliveries pushed over HTTP.",
    "package pointsman:sdk; world webhook { export pointsman:connector/webhook@0.1.0; }",
    "export_webhook",
    derives: {
        "pointsman:connector/webhook@0.1.0/delivery": [#[derive(Default)]],
        "pointsman:connector/webhook@0.1.0/reception": [#[derive(Default)]],
    },
    with: {
        "pointsman:host/types@0.1.0": crate::contract::vocabulary::pointsman::host::types,
        "pointsman:interaction/types@0.1.0": crate::contract::vocabulary::pointsman::interaction::types,
        "pointsman:connector/facts@0.1.0": crate::contract::vocabulary::pointsman::connector::facts,
    }
}
role! {
    connection,
    "Frames of a connection that the host holds.",
    "package pointsman:sdk; world connection { export pointsman:connector/connection@0.1.0; }",
    "export_connection",
    derives: {
        "pointsman:connector/connection@0.1.0/step": [#[derive(Default)]],
    },
    with: {
        "pointsman:interaction/types@0.1.0": crate::contract::vocabulary::pointsman::interaction::types,
        "pointsman:connector/facts@0.1.0": crate::contract::vocabulary::pointsman::connector::facts,
    }
}
role! {
    feed,
    "Pages fetched from a channel.",
    "package pointsman:sdk; world feed { export pointsman:connector/feed@0.1.0; }",
    "export_feed",
    derives: {
        "pointsman:connector/feed@0.1.0/page": [#[derive(Default)]],
    },
    with: {
        "pointsman:interaction/types@0.1.0": crate::contract::vocabulary::pointsman::interaction::types,
        "pointsman:connector/facts@0.1.0": crate::contract::vocabulary::pointsman::connector::facts,
    }
}
role! {
    sender,
    "The way out of a channel.",
    "package pointsman:sdk; world sender { export pointsman:connector/sender@0.1.0; }",
    "export_sender",
    derives: {
        "pointsman:connector/sender@0.1.0/reply": [#[derive(Default)]],
        "pointsman:connector/sender@0.1.0/broadcast": [#[derive(Default)]],
        "pointsman:connector/sender@0.1.0/template": [#[derive(Default)]],
        "pointsman:connector/sender@0.1.0/edit": [#[derive(Default)]],
    },
    with: {
        "pointsman:interaction/types@0.1.0": crate::contract::vocabulary::pointsman::interaction::types,
    }
}
role! {
    enricher,
    "Look-ups that add signals.",
    "package pointsman:sdk; world enricher { export pointsman:policy/enricher@0.1.0; }",
    "export_enricher",
    derives: {},
    with: {
        "pointsman:interaction/types@0.1.0": crate::contract::vocabulary::pointsman::interaction::types,
    }
}
role! {
    classifier,
    "Signals found in what was said.",
    "package pointsman:sdk; world classifier { export pointsman:policy/classifier@0.1.0; }",
    "export_classifier",
    derives: {},
    with: {
        "pointsman:interaction/types@0.1.0": crate::contract::vocabulary::pointsman::interaction::types,
    }
}
role! {
    prioritizer,
    "How soon.",
    "package pointsman:sdk; world prioritizer { export pointsman:policy/prioritizer@0.1.0; }",
    "export_prioritizer",
    derives: {},
    with: {
        "pointsman:interaction/types@0.1.0": crate::contract::vocabulary::pointsman::interaction::types,
        "pointsman:policy/decisions@0.1.0": crate::contract::vocabulary::pointsman::policy::decisions,
    }
}
role! {
    router,
    "Who.",
    "package pointsman:sdk; world router { export pointsman:policy/router@0.1.0; }",
    "export_router",
    derives: {},
    with: {
        "pointsman:interaction/types@0.1.0": crate::contract::vocabulary::pointsman::interaction::types,
        "pointsman:policy/decisions@0.1.0": crate::contract::vocabulary::pointsman::policy::decisions,
    }
}
role! {
    responder,
    "Replies to suggest.",
    "package pointsman:sdk; world responder { export pointsman:policy/responder@0.1.0; }",
    "export_responder",
    derives: {
        "pointsman:policy/responder@0.1.0/suggestion": [#[derive(Default)]],
    },
    with: {
        "pointsman:interaction/types@0.1.0": crate::contract::vocabulary::pointsman::interaction::types,
        "pointsman:policy/decisions@0.1.0": crate::contract::vocabulary::pointsman::policy::decisions,
    }
}
role! {
    sink,
    "Decided interactions leaving for other systems.",
    "package pointsman:sdk; world sink { export pointsman:policy/sink@0.1.0; }",
    "export_sink",
    derives: {},
    with: {
        "pointsman:interaction/types@0.1.0": crate::contract::vocabulary::pointsman::interaction::types,
        "pointsman:policy/decisions@0.1.0": crate::contract::vocabulary::pointsman::policy::decisions,
    }
}
