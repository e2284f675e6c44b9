//! Where a conversation stands with the company, and what a decision makes of that.

use model::{Disposition, Timestamp};

/// The part of a conversation that decisions change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) case_open: bool,
    pub(crate) opened_at: Option<Timestamp>,
    pub(crate) queue: Option<String>,
    pub(crate) queued_at: Option<Timestamp>,
    pub(crate) first_response_due_at: Option<Timestamp>,
    pub(crate) resolution_due_at: Option<Timestamp>,
}

impl Standing {
    /// After a decision about something received at `received_at`: service levels run from there. Filing something away leaves an open
    /// case where it is: a "thank you" takes nobody out of a queue. A case never gets more time because the customer spoke again.
    pub(crate) fn after(&self, disposition: &Disposition, decided_at: Timestamp, received_at: Timestamp) -> Self {
        let Some(queue) = disposition.queue() else { return self.clone() };
        let moved = !self.case_open || self.queue.as_deref() != Some(queue);
        let level = match disposition {
            Disposition::Assign(assignment) => assignment.service_level,
            _ => model::ServiceLevel::default(),
        };
        let due = |before: Option<Timestamp>, limit_ms: Option<u64>| {
            let now = limit_ms.map(|ms| received_at.plus_ms(ms));
            before.filter(|_| self.case_open).into_iter().chain(now).min()
        };
        Self {
            case_open: true,
            opened_at: self.opened_at.filter(|_| self.case_open).or(Some(decided_at)),
            queue: Some(queue.to_owned()),
            queued_at: if moved { Some(decided_at) } else { self.queued_at },
            first_response_due_at: due(self.first_response_due_at, level.first_response_ms),
            resolution_due_at: due(self.resolution_due_at, level.resolution_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Assignment, ServiceLevel, Target};

    use super::*;

    fn assign(queue: &str, first_response_ms: Option<u64>) -> Disposition {
        Disposition::Assign(Assignment {
            targets: vec![Target { queue: queue.to_owned(), ..Target::default() }],
            service_level: ServiceLevel { first_response_ms, resolution_ms: None },
        })
    }

    fn check(before: &Standing, disposition: &Disposition, expected: (bool, Option<&str>, Option<u64>, Option<u64>, Option<u64>)) {
        let after = before.after(disposition, Timestamp(50), Timestamp(40));
        let found = (
            after.case_open,
            after.queue.as_deref(),
            after.opened_at.map(|at| at.0),
            after.queued_at.map(|at| at.0),
            after.first_response_due_at.map(|at| at.0),
        );
        assert_eq!(found, expected, "{disposition:?}");
    }

    #[test]
    fn decisions_move_conversations() {
        let none = Standing::default();
        let open = Standing {
            case_open: true,
            opened_at: Some(Timestamp(10)),
            queue: Some("a".to_owned()),
            queued_at: Some(Timestamp(11)),
            first_response_due_at: Some(Timestamp(45)),
            resolution_due_at: None,
        };
        check(&none, &Disposition::File, (false, None, None, None, None));
        check(&none, &assign("a", Some(8)), (true, Some("a"), Some(50), Some(50), Some(48)));
        check(&none, &Disposition::Hold("h".to_owned()), (true, Some("h"), Some(50), Some(50), None));
        check(&open, &Disposition::File, (true, Some("a"), Some(10), Some(11), Some(45)));
        check(&open, &assign("a", Some(8)), (true, Some("a"), Some(10), Some(11), Some(45)));
        check(&open, &assign("b", Some(2)), (true, Some("b"), Some(10), Some(50), Some(42)));
        let closed = Standing { case_open: false, ..open };
        check(&closed, &assign("a", Some(8)), (true, Some("a"), Some(50), Some(50), Some(48)));
    }
}
