//! Customer value: what the company itself says.

use pointsman_plugin::{Interaction, Reason};

use crate::level::{Level, unit};
use crate::options::Options;

/// How much the customer is worth to the company.
#[must_use]
pub fn customer_value(interaction: &Interaction, options: &Options) -> Level {
    let none = |code: &str, text: &str| Level { level: 0.0, reason: Reason::new(code, text) };
    let Some(customer) = &interaction.customer else {
        return if interaction.withheld.iter().any(|field| field == "customer") {
            none("customer-withheld", "What the company knows of the customer was not granted.")
        } else {
            none("customer-unknown", "The author is no known customer.")
        };
    };
    if let Some(worth) = customer.worth {
        let level = unit(worth);
        let percent = f64::from(level * 100.0).round();
        let reason =
            Reason::new("customer-worth", format!("The customer is worth {percent} of 100 to the company.")).with("worth", percent);
        return Level { level, reason };
    }
    let Some(lifecycle) = &customer.lifecycle else {
        return none("customer-unrated", "The customer is known, but not what they are worth.");
    };
    let level = options.lifecycle.iter().find(|(name, _)| name.eq_ignore_ascii_case(lifecycle)).map_or(0.0, |(_, level)| *level);
    let reason = Reason::new("customer-lifecycle", format!("The author is known as {lifecycle}.")).with("lifecycle", lifecycle.clone());
    Level { level, reason }
}
