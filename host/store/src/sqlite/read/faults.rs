use dispatch::port::FaultedFilter;
use model::{DecisionId, Digest, Fault, FaultedInteraction, InteractionId, Role};
use rusqlite::{Connection, Row};

use super::{Query, parse};
use crate::faulty::restore;
use crate::sqlite::cell::{cell, number, time};
use crate::sqlite::change::Failure;

struct Found {
    seq: i64,
    interaction: String,
    decision: String,
    connector: String,
    decided_at: i64,
    chain: String,
    plugin: String,
    digest: String,
    role: String,
    figures: String,
    held: bool,
    detail: Option<String>,
}

/// Faults of latest decisions, oldest first.
pub(crate) fn list(connection: &Connection, filter: &FaultedFilter) -> Result<Vec<FaultedInteraction>, Failure> {
    let mut query = Query::new(
        "SELECT fault.seq, interaction.id, decision.id, decision.connector, decided_at, chain, plugin, digest, role, figures, held, detail
         FROM fault
         JOIN interaction ON interaction.seq = fault.interaction
         JOIN decision ON decision.seq = fault.decision
         LEFT JOIN fault_content ON fault_content.fault = fault.seq
         WHERE counts = 1 AND fault.seq > ",
    );
    query.bind(cell(filter.after));
    query.push(if filter.all { "" } else { " AND held = 1" });
    if let Some(plugin) = &filter.plugin {
        query.push(" AND plugin = ").bind(plugin.clone());
    }
    query.push(" ORDER BY fault.seq").page(filter.limit);
    query.all(connection, Found::read)?.into_iter().map(Found::faulted).collect()
}

impl Found {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            seq: row.get(0)?,
            interaction: row.get(1)?,
            decision: row.get(2)?,
            connector: row.get(3)?,
            decided_at: row.get(4)?,
            chain: row.get(5)?,
            plugin: row.get(6)?,
            digest: row.get(7)?,
            role: row.get(8)?,
            figures: row.get(9)?,
            held: row.get(10)?,
            detail: row.get(11)?,
        })
    }

    fn faulted(self) -> Result<FaultedInteraction, Failure> {
        let role = Role::ALL.into_iter().find(|role| role.name() == self.role);
        let digest = Digest::parse(&self.digest);
        Ok(FaultedInteraction {
            seq: number(self.seq),
            interaction: InteractionId(self.interaction),
            decision: DecisionId(self.decision),
            connector: self.connector,
            decided_at: time(self.decided_at),
            chain: self.chain,
            role: role.ok_or_else(|| Failure::Unreadable(format!("`{}` is no role", self.role)))?,
            digest: digest.ok_or_else(|| Failure::Unreadable(format!("`{}` is no digest", self.digest)))?,
            fault: Fault { plugin: self.plugin, kind: restore(parse(&self.figures)?, self.detail) },
            held: self.held,
        })
    }
}
