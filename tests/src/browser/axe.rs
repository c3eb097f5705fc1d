//! The judge of accessibility: axe-core, run inside of the page.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Browser;
use crate::machine;

/// Judges what the page shows by WCAG 2.2 A and AA, once nothing fades or glides any more; gives one line a barrier.
const JUDGE: &str = "
    const ends = document.getAnimations().filter(a => a.effect.getComputedTiming().endTime !== Infinity);
    Promise.allSettled(ends.map(a => a.finished)).then(() => axe.run(document, {
        runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
        resultTypes: ['violations'],
    })).then(
        result => done(result.violations.filter(v => ['serious', 'critical'].includes(v.impact)).flatMap(v =>
            v.nodes.map(n => `${v.id} (${v.impact}): ${n.target}: ${n.failureSummary}`))),
        error => done([`axe-core failed: ${error}`]));";

impl Browser {
    /// Refuses a page with a serious or critical barrier for people with a disability. Needs [`machine::Need::Axe`].
    ///
    /// # Errors
    /// It has one: all are named.
    pub async fn is_accessible(&self, what: &str) -> Result<()> {
        if self.eval("return typeof axe === 'undefined'").await? == Value::Bool(true) {
            self.eval(&std::fs::read_to_string(machine::axe()?)?).await?;
        }
        let barriers = self.eval_async(JUDGE).await?;
        let barriers: Vec<&str> =
            barriers.as_array().context("no judgement")?.iter().filter_map(Value::as_str).collect();
        ensure!(barriers.is_empty(), "{what}:\n{}", barriers.join("\n"));
        Ok(())
    }
}
