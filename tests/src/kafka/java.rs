//! Kafka's programs are Java classes.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::machine;

/// The cluster's id: 16 bytes in base64. Each cluster has a data folder of its own, so that one name does for all.
const CLUSTER: &str = "JukelineTestsOnKafka1A";

/// A command that runs one of Kafka's classes with this much heap (`256m`).
pub(super) fn class(name: &str, heap: &str) -> Result<Command> {
    let mut command = machine_with(heap)?;
    command.arg(name);
    Ok(command)
}

/// A command that compiles a file of source and runs it, with Kafka's jars beside it. What it makes for itself goes
/// into `folder`.
pub(super) fn source(file: &Path, folder: &Path) -> Result<Command> {
    let mut command = machine_with("256m")?;
    command.arg(file).env("JDK_JAVA_OPTIONS", format!("-XX:TieredStopAtLevel=1 -Djava.io.tmpdir={}", folder.display()));
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
    let mut command = class(name, "256m")?;
    command.env("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
    Ok(command)
}

/// Formats a node's data folder; `more` are the arguments that differ between kinds of clusters.
pub(super) async fn format(properties: &Path, more: &[String]) -> Result<()> {
    let mut storage = tool("kafka.tools.StorageTool")?;
    storage.args(["format", "--cluster-id", CLUSTER, "--config"]).arg(properties).args(more);
    machine::run(storage).await.map(drop)
}
