//! Kafka's programs are Java classes.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::machine;

/// The cluster's id: 16 bytes in base64. Each cluster has a data folder of its own, so that one name does for all.
const CLUSTER: &str = "JukelineTestsOnKafka1A";

/// Tests start a broker each, most of them for some hundred records: they need one that is there soon. What measures is
/// built for release, and its brokers have the time that the optimising compiler takes.
pub(super) const STARTS_SOON: bool = cfg!(debug_assertions);

/// No time for the optimising compiler.
const QUICK: &str = "-XX:TieredStopAtLevel=1";

/// A broker with these settings and this much heap (`256m`). `leaves`: where it leaves its classes as it ends in order, for
/// the brokers after it.
pub(super) fn broker(settings: &Path, heap: &str, leaves: Option<&Path>) -> Result<Command> {
    let mut command = machine_with(heap)?;
    if STARTS_SOON {
        command.arg(QUICK);
    }
    match leaves {
        Some(file) => drop(command.arg(format!("-XX:ArchiveClassesAtExit={}", file.display()))),
        None => take_classes(&mut command)?,
    }
    if let Some(folder) = settings.parent() {
        // What it unpacks for itself goes with it, also where it is killed.
        command.arg(format!("-Djava.io.tmpdir={}", folder.display()));
    }
    command.arg("kafka.Kafka").arg(settings);
    Ok(command)
}

/// A broker's classes as Java has them in memory: with them it starts in half the time. Java leaves them alone where they
/// are another version's.
pub(super) fn archive() -> Result<PathBuf> {
    Ok(machine::kafka_libs()?.with_file_name("classes.jsa"))
}

/// Lets it have the classes that a broker left, if there are any.
fn take_classes(command: &mut Command) -> Result<()> {
    let archive = archive()?;
    if archive.exists() {
        command.arg(format!("-XX:SharedArchiveFile={}", archive.display()));
    }
    Ok(())
}

/// A command that compiles a file of source and runs it, with Kafka's jars beside it. What it makes for itself goes
/// into `folder`.
pub(super) fn source(file: &Path, folder: &Path) -> Result<Command> {
    let mut command = machine_with("256m")?;
    command.arg(QUICK).arg(format!("-Djava.io.tmpdir={}", folder.display())).arg(file);
    Ok(command)
}

/// As [`source`], for a program whose speed matters: with the optimising compiler, and room.
pub(super) fn measured(file: &Path, folder: &Path) -> Result<Command> {
    let mut command = machine_with("1g")?;
    command.arg(format!("-Djava.io.tmpdir={}", folder.display())).arg(file);
    Ok(command)
}

fn machine_with(heap: &str) -> Result<Command> {
    // Java expands the asterisk itself.
    let jars = machine::kafka_libs()?.join("*");
    let mut command = Command::new("java");
    command.args([&format!("-Xmx{heap}"), "-XX:+UseSerialGC", "-Xshare:auto", "-Dlog4j2.level=WARN", "-cp"]);
    command.arg(jars);
    Ok(command)
}

/// A tool that lives for a moment: no time for the optimising compiler.
pub(super) fn tool(name: &str) -> Result<Command> {
    let mut command = machine_with("256m")?;
    take_classes(&mut command)?;
    command.args([QUICK, name]);
    Ok(command)
}

/// Formats a node's data folder; `more` are the arguments that differ between kinds of clusters.
pub(super) async fn format(properties: &Path, more: &[String]) -> Result<()> {
    let mut storage = tool("kafka.tools.StorageTool")?;
    storage.args(["format", "--cluster-id", CLUSTER, "--config"]).arg(properties).args(more);
    machine::run(storage).await.map(drop)
}
