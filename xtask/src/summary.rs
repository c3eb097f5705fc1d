//! What the test runners said, added up.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// How many tests did what.
#[derive(Default, Debug, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// Ignored ones, and those that found something missing on this machine.
    pub(crate) skipped: usize,
}

impl Totals {
    /// Runs a test command, shows what it prints and adds what it counts.
    ///
    /// # Errors
    /// The command cannot be run or fails.
    pub(crate) fn run(&mut self, command: &mut Command) -> Result<()> {
        let mut child = command.stdout(Stdio::piped()).spawn().context("cannot run cargo")?;
        let printed = child.stdout.take().context("no output to read")?;
        let mut terminal = std::io::stdout();
        for line in BufReader::new(printed).split(b'\n') {
            let line = line?;
            self.add(&String::from_utf8_lossy(&line));
            terminal.write_all(&line)?;
            terminal.write_all(b"\n")?;
        }
        let status = child.wait()?;
        if !status.success() {
            bail!("tests failed ({status})");
        }
        Ok(())
    }

    /// Counts a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    pub(crate) fn add(&mut self, line: &str) {
        let Some(result) = line.trim_start().strip_prefix("test result:") else { return };
        let words: Vec<&str> = result.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let Ok(count) = pair[0].parse::<usize>() else { continue };
            match pair[1] {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.skipped += count,
                _ => {}
            }
        }
    }

    /// A test that finds something missing passes for its runner and leaves a line in a file: count it as skipped.
    pub(crate) fn move_to_skipped(&mut self, count: usize) {
        self.passed = self.passed.saturating_sub(count);
        self.skipped += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_add_up() {
        let mut totals = Totals::default();
        totals.add("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s");
        totals.add("test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 7 filtered out");
        totals.add("test a::b ... ok");
        assert_eq!(totals, Totals { passed: 5, failed: 1, skipped: 1 });
    }

    #[test]
    fn a_skip_is_no_pass() {
        let mut totals = Totals { passed: 5, failed: 0, skipped: 0 };
        totals.move_to_skipped(2);
        assert_eq!(totals, Totals { passed: 3, failed: 0, skipped: 2 });
    }
}
