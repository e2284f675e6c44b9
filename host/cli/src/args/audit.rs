use clap::Args;
use dispatch::port::AuditPoint;

use super::ConfigArgs;

/// Every decision is tied to the one before it, so the head of the chain stands for all of history. Note it elsewhere from time to time: with
/// it even a history that was written anew, or whose end was cut off, is found out.
#[derive(Args, Debug)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The head that an earlier audit printed, `number:link`: history must still go through it.
    #[arg(long, value_name = "HEAD", value_parser = head)]
    pub(crate) expect: Option<AuditPoint>,
}

fn head(text: &str) -> Result<AuditPoint, String> {
    let wrong = || "a head is a decision's number, a colon and 64 hexadecimal digits, as `pointsman audit` prints it".to_owned();
    let (seq, link) = text.trim().split_once(':').ok_or_else(wrong)?;
    let link = model::Digest::parse(link).ok_or_else(wrong)?.to_string();
    let seq = seq.parse().ok().filter(|seq| *seq > 0).ok_or_else(wrong)?;
    Ok(AuditPoint { seq, link })
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn heads() {
        let link = "AB".repeat(32);
        for (text, expected) in [
            (format!("12:{link}"), Some(12)),
            (format!(" 12:{link}\n"), Some(12)),
            (link.clone(), None),
            (format!("0:{link}"), None),
            (format!("x:{link}"), None),
            (format!("12:{link}0"), None),
            ("12:".to_owned(), None),
        ] {
            let found = head(&text).ok();
            assert_eq!(found.as_ref().map(|point| point.seq), expected, "{text}");
            assert!(found.is_none_or(|point| point.link == link.to_ascii_lowercase()));
        }
    }
}
