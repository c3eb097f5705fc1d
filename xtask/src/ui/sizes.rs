//! What the pages weigh, and whether they grew.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::{
    compress::twin,
    manifest::{Manifest, Surface},
};
use crate::command::say;

/// The HTML that the server renders for the patron's first page, roughly, in bytes (raw, and compressed either way).
const PAGE: Size = Size { raw: 12_000, gzip: 4_000, brotli: 4_000 };
/// The aims for the patron's first load, in bytes.
const AIM: Size = Size { raw: u64::MAX, gzip: 380_000, brotli: 300_000 };
/// What a build may grow against the record, in percent.
const ALLOWED_GROWTH: u64 = 5;
/// What the patron's page names beside its program. (Icons come later, and more of the font only where a title needs it.)
const FIRST_ASSETS: [&str; 3] = ["base.css", "patron.css", "bricolage-grotesque.woff2"];
/// The first load's name in the table and the record.
const FIRST_LOAD: &str = "patron's first load";

/// Bytes over the wire, by encoding.
#[derive(Serialize, Deserialize, Clone, Copy, Default)]
struct Size {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

impl std::ops::AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        self.raw += other.raw;
        self.gzip += other.gzip;
        self.brotli += other.brotli;
    }
}

/// What is measured: each surface, and the patron's first load as a whole.
pub(super) struct Sizes(BTreeMap<String, Size>);

/// Weighs what is in the dist folder.
pub(super) fn measure(dist: &Path, manifest: &Manifest) -> Result<Sizes> {
    let mut sizes = BTreeMap::new();
    for (name, surface) in &manifest.surfaces {
        sizes.insert(name.clone(), sum(dist, surface.files())?);
    }
    if let Some(patron) = manifest.surfaces.get("patron") {
        sizes.insert(FIRST_LOAD.to_owned(), first_load(dist, manifest, patron)?);
    }
    Ok(Sizes(sizes))
}

/// The page, its program, its styles and its font.
fn first_load(dist: &Path, manifest: &Manifest, patron: &Surface) -> Result<Size> {
    let path_of = |name| manifest.assets.get(name).map(String::as_str).with_context(|| format!("no {name}"));
    let assets = FIRST_ASSETS.into_iter().map(path_of).collect::<Result<Vec<_>>>()?;
    let mut total = sum(dist, patron.files().chain(assets))?;
    total += PAGE;
    Ok(total)
}

fn sum<'a>(dist: &Path, files: impl Iterator<Item = &'a str>) -> Result<Size> {
    let mut total = Size::default();
    for file in files {
        let path = dist.join(file);
        let raw = fs::metadata(&path).with_context(|| format!("{file} is missing"))?.len();
        let compressed = |extension| fs::metadata(twin(&path, extension)).map_or(raw, |data| data.len());
        total += Size { raw, gzip: compressed("gz"), brotli: compressed("br") };
    }
    Ok(total)
}

impl Sizes {
    /// Prints the table.
    pub(super) fn print(&self) {
        say(&format!("{:<22}{:>10}{:>10}{:>10}", "kB", "raw", "gzip", "brotli"));
        for (name, size) in &self.0 {
            say(&format!("{name:<22}{:>10}{:>10}{:>10}", kilo(size.raw), kilo(size.gzip), kilo(size.brotli)));
        }
        let Some(first) = self.0.get(FIRST_LOAD) else { return };
        let verdict = if first.gzip <= AIM.gzip && first.brotli <= AIM.brotli { "within" } else { "above" };
        say(&format!("{:<22}{:>10}{:>10}{:>10}  ({verdict})", "aim", "", kilo(AIM.gzip), kilo(AIM.brotli)));
    }

    /// Records these sizes as what later builds are compared with.
    pub(super) fn write(&self, record: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(&self.0)?;
        text.push('\n');
        fs::write(record, text).with_context(|| format!("cannot write {}", record.display()))?;
        say("Recorded in assets/sizes.json: say why in the commit.");
        Ok(())
    }

    /// Refuses growth beyond what is allowed.
    pub(super) fn compare(&self, record: &Path) -> Result<()> {
        let text = fs::read_to_string(record).unwrap_or_else(|_| "{}".to_owned());
        let recorded: BTreeMap<String, Size> = serde_json::from_str(&text).context("assets/sizes.json")?;
        let grown: Vec<String> =
            self.0.iter().filter_map(|(name, size)| growth(name, *size, recorded.get(name))).collect();
        if grown.is_empty() {
            return Ok(());
        }
        bail!("{}.\nIf it is worth it: `cargo xtask ui --accept-sizes`, and say why in the commit", grown.join("; "))
    }
}

/// What to say where a size is new or grew too much.
fn growth(name: &str, size: Size, recorded: Option<&Size>) -> Option<String> {
    let Some(before) = recorded else { return Some(format!("{name} is not in assets/sizes.json yet")) };
    let grew = |now: u64, before: u64| now * 100 > before * (100 + ALLOWED_GROWTH);
    let sentence = |kind: &str, now: u64, before: u64| {
        format!("{name} grew from {} to {} kB ({kind}), more than {ALLOWED_GROWTH} %", kilo(before), kilo(now))
    };
    if grew(size.brotli, before.brotli) {
        return Some(sentence("brotli", size.brotli, before.brotli));
    }
    grew(size.gzip, before.gzip).then(|| sentence("gzip", size.gzip, before.gzip))
}

/// Kilobytes with one decimal.
fn kilo(bytes: u64) -> String {
    format!("{}.{}", bytes / 1000, bytes % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: Size = Size { raw: 300, gzip: 200, brotli: 100 };

    #[test]
    fn five_percent_is_allowed() {
        assert!(growth("patron", Size { brotli: 105, ..BEFORE }, Some(&BEFORE)).is_none());
    }

    #[test]
    fn more_is_refused_in_either_encoding() {
        assert!(growth("patron", Size { brotli: 106, ..BEFORE }, Some(&BEFORE)).is_some());
        assert!(growth("patron", Size { gzip: 211, ..BEFORE }, Some(&BEFORE)).is_some());
    }

    #[test]
    fn an_unrecorded_surface_is_refused() {
        assert!(growth("patron", BEFORE, None).is_some());
    }
}
