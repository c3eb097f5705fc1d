//! What the doctor says, to people and to programs.

use super::{Findings, Tail, Trouble, Wrong};
use serde_json::json;

impl Findings {
    /// Everything as JSON, with `well`: whether nothing is wrong.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        value["well"] = json!(self.well());
        serde_json::to_string_pretty(&value)
    }
}

impl std::fmt::Display for Findings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "credits  {} accounts, {} lots, {} transfers", self.accounts, self.lots, self.transfers)?;
        writeln!(
            f,
            "plays    {} accepted plays, {} of them over; {} facts of {} jukeboxes",
            self.accepted, self.ended, self.facts, self.jukeboxes
        )?;
        if let Some(Tail { compared, records, unread }) = &self.tail {
            writeln!(f, "log      {compared} jukeboxes compared by the last {records} records")?;
            for unread in unread {
                writeln!(f, "         not compared: {unread}")?;
            }
        }
        writeln!(f)?;
        match self.wrong.len() {
            0 => return f.write_str(self.verdict()),
            1 => writeln!(f, "One thing is wrong:")?,
            many => writeln!(f, "{many} things are wrong:")?,
        }
        let mut wrong: Vec<&Wrong> = self.wrong.iter().collect();
        wrong.sort_by_key(|wrong| wrong.trouble);
        for Wrong { subject, detail, .. } in wrong {
            write!(f, "\n  {subject} {detail}")?;
        }
        if self.wrong.iter().any(|wrong| wrong.trouble == Trouble::Overdue) {
            f.write_str("\n\nA server that runs ends overdue plays by itself, and their credits go back.")?;
        }
        Ok(())
    }
}

impl Findings {
    fn verdict(&self) -> &'static str {
        match &self.tail {
            None => "All is well: every credit is accounted for, and every play has one end or time left.",
            Some(tail) if tail.unread.is_empty() => {
                "All is well: every credit is accounted for, every play has one end or time left, and the log ends where the \
                 database does."
            }
            Some(_) => {
                "All that was looked at is well: every credit is accounted for, and every play has one end or time left."
            }
        }
    }
}
