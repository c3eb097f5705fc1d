//! The judgement at the end of every test: `doctor` over what its server leaves behind.

use anyhow::{Result, ensure};

use super::Server;

/// Turns the judgement off: a test that failed for another reason is told by its own words then.
const OFF: &str = "TESTS_UNJUDGED";

/// Whether a server is judged when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It was never ready.
    NotYet,
    Due,
    /// Something is wrong on purpose.
    Spared,
}

impl Judgement {
    /// It became ready.
    pub(super) fn is_due(&mut self) {
        if *self == Self::NotYet {
            *self = Self::Due;
        }
    }
}

impl Server {
    /// Runs `doctor` over what it has; gives what that says.
    ///
    /// # Errors
    /// Something is wrong, or can't be examined.
    pub fn judge(&self) -> Result<String> {
        let output = self.command(&["doctor"])?.output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(output.status.success(), "doctor: {said}{}", String::from_utf8_lossy(&output.stderr));
        Ok(said)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.judgement != Judgement::Due || std::thread::panicking() || std::env::var_os(OFF).is_some() {
            return;
        }
        if let Err(wrong) = self.judge() {
            #[expect(clippy::panic, reason = "this fails the test that it ends")]
            {
                panic!("{wrong:#}\n(If the test had failed before: {OFF}=1 shows how.)");
            }
        }
    }
}
