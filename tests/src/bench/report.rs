//! What was measured, as a table for people and as JSON for machines.

use std::{fmt::Display, path::Path, time::Duration};

use anyhow::{Context, Result};
use serde::Serialize;

/// What a measurement should come to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// At most so many times the baseline.
    TimesAtMost(f64),
    /// At least so many times the baseline.
    TimesAtLeast(f64),
    /// At most so much, in the measurement's own unit.
    AtMost(f64),
}

impl Display for Aim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TimesAtMost(times) => write!(f, "≤ {times}×"),
            Self::TimesAtLeast(times) => write!(f, "≥ {times}×"),
            Self::AtMost(value) => write!(f, "≤ {value}"),
        }
    }
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// The unit of `ours` and `baseline`: `ms`, `/s`, `bytes`, `kB`, `s` or `MiB`.
    pub unit: &'static str,
    /// What it came to; nothing where the measurement failed.
    pub ours: Option<f64>,
    /// What it is compared with, measured in the same run.
    pub baseline: Option<f64>,
    /// `ours` divided by `baseline`.
    pub ratio: Option<f64>,
    /// What it should come to.
    pub aim: Option<Aim>,
    /// Whether it does; nothing without an aim.
    pub met: Option<bool>,
    /// Why there is no figure.
    pub failed: Option<String>,
}

impl Row {
    /// A measurement alone.
    pub fn new(what: impl Into<String>, ours: f64, unit: &'static str) -> Self {
        let ours = Some(ours);
        Self { what: what.into(), unit, ours, baseline: None, ratio: None, aim: None, met: None, failed: None }
    }

    /// A section that came to nothing, with the reason.
    pub fn failed(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { ours: None, met: Some(false), failed: Some(reason.into()), ..Self::new(what, 0.0, "") }
    }

    /// Compares with something that was measured in the same run.
    #[must_use]
    pub fn against(mut self, baseline: f64) -> Self {
        self.baseline = Some(baseline);
        self.ratio = self.ours.filter(|_| baseline > 0.0).map(|ours| ours / baseline);
        self
    }

    /// Says what it should come to; call it last.
    #[must_use]
    pub fn aim(mut self, aim: Aim) -> Self {
        self.aim = Some(aim);
        self.met = match aim {
            Aim::TimesAtMost(times) => self.ratio.map(|ratio| ratio <= times),
            Aim::TimesAtLeast(times) => self.ratio.map(|ratio| ratio >= times),
            Aim::AtMost(value) => self.ours.map(|ours| ours <= value),
        };
        self
    }

    fn cells(&self) -> [String; 6] {
        let with_unit =
            |value: Option<f64>| value.map_or_else(String::new, |value| format!("{} {}", short(value), self.unit));
        let met = match (self.failed.is_some(), self.met) {
            (true, _) => "failed",
            (false, Some(true)) => "yes",
            (false, Some(false)) => "no",
            (false, None) => "",
        };
        [
            self.what.clone(),
            with_unit(self.ours),
            with_unit(self.baseline),
            self.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}×")),
            self.aim.map_or_else(String::new, |aim| aim.to_string()),
            met.to_owned(),
        ]
    }
}

/// Three digits that mean something.
fn short(value: f64) -> String {
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The table, one line a row, failures with their reason below it.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let heading = ["what", "ours", "baseline", "ratio", "aim", "met"].map(str::to_owned);
    let lines: Vec<[String; 6]> = std::iter::once(heading).chain(rows.iter().map(Row::cells)).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut text = String::new();
    for line in &lines {
        let [what, numbers @ ..] = line;
        text.push_str(&format!("{what:<0$}", widths[0]));
        for (cell, width) in numbers.iter().zip(&widths[1..]) {
            text.push_str(&format!("  {cell:>width$}"));
        }
        text.push('\n');
    }
    for row in rows {
        if let Some(reason) = &row.failed {
            text.push_str(&format!("\n{} failed: {reason}\n", row.what));
        }
    }
    text
}

/// Writes the rows as JSON.
///
/// # Errors
/// The file cannot be written.
pub fn write_json(rows: &[Row], file: &Path) -> Result<()> {
    let folder = file.parent().context("a file in no folder")?;
    std::fs::create_dir_all(folder)?;
    std::fs::write(file, serde_json::to_vec_pretty(&rows)?).with_context(|| file.display().to_string())
}

/// The value that `share` (0 to 1) of the samples don't exceed, in milliseconds; 0 without samples.
#[must_use]
pub fn percentile(samples: &[Duration], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    let rank = ((sorted.len() as f64) * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).or(sorted.last()).map_or(0.0, |sample| sample.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples() {
        let samples: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        let at = |share| percentile(&samples, share).round();
        assert_eq!([at(0.0), at(0.5), at(0.99), at(1.0)], [1.0, 50.0, 99.0, 100.0]);
        assert_eq!(percentile(&[], 0.5).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn an_aim_is_met_or_not() {
        let met = |ours, aim| Row::new("x", ours, "ms").against(2.0).aim(aim).met;
        assert_eq!(met(8.0, Aim::TimesAtMost(4.0)), Some(true));
        assert_eq!(met(8.2, Aim::TimesAtMost(4.0)), Some(false));
        assert_eq!(met(1.9, Aim::TimesAtLeast(1.0)), Some(false));
        assert_eq!(met(1.9, Aim::AtMost(2.0)), Some(true));
    }
}
