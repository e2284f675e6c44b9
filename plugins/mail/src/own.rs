/// Our own addresses (`help@shop.example`) and domains (`@shop.example`): what they send is an echo.
#[derive(Clone, Debug, Default)]
pub struct Own(Vec<String>);

impl Own {
    /// These addresses and domains, in any case.
    #[must_use]
    pub fn new(addresses: &[String]) -> Self {
        Self(addresses.iter().map(|address| address.trim().to_lowercase()).collect())
    }

    /// Whether an address is ours.
    #[must_use]
    pub fn is(&self, address: &str) -> bool {
        let address = address.to_lowercase();
        self.0.iter().any(|own| if own.starts_with('@') { address.ends_with(own.as_str()) } else { address == *own })
    }
}
