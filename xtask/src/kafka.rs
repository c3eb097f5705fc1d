//! Apache Kafka for the tests and the network demo, from its Maven artifacts.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    command::{self, say},
    paths,
};

/// The release that the tests run against.
const VERSION: &str = "4.3.0";
/// Its artifacts: the broker, its tools, Connect with its JSON converter and transforms.
const ARTIFACTS: [&str; 5] = ["kafka_2.13", "kafka-tools", "connect-runtime", "connect-json", "connect-transforms"];
/// Something for it to log with.
const LOGGING: (&str, &str, &str) = ("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.3");

/// Where its jars are, or would be.
pub(crate) fn libs() -> Result<PathBuf> {
    Ok(paths::target()?.join(format!("kafka-{VERSION}")).join("libs"))
}

/// True if the jars are there as a whole: the folder gets its name only after the last one.
pub(crate) fn is_there() -> bool {
    libs().is_ok_and(|libs| libs.is_dir())
}

/// Fetches the jars where they are missing, some 55 MB.
///
/// # Errors
/// Maven is missing or does not get them.
pub(crate) fn fetch() -> Result<PathBuf> {
    let libs = libs()?;
    if libs.is_dir() {
        return Ok(libs);
    }
    say(&format!("Fetching Apache Kafka {VERSION} …"));
    let folder = libs.parent().context("no folder for Kafka")?;
    fs::create_dir_all(folder)?;
    let pom = folder.join("pom.xml");
    fs::write(&pom, project())?;
    let partial = folder.join("libs.part");
    command::run(&mut maven(&pom, &partial))?;
    fs::rename(&partial, &libs)?;
    Ok(libs)
}

fn maven(pom: &Path, into: &Path) -> Command {
    let mut maven = Command::new("mvn");
    maven.args(["--quiet", "--batch-mode", "--file"]).arg(pom).arg("dependency:copy-dependencies");
    maven.arg(format!("-DoutputDirectory={}", into.display())).arg("-DincludeScope=runtime");
    maven
}

/// A project that has nothing but the dependencies.
fn project() -> String {
    let kafka = ARTIFACTS.map(|artifact| dependency("org.apache.kafka", artifact, VERSION)).concat();
    let logging = dependency(LOGGING.0, LOGGING.1, LOGGING.2);
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  <modelVersion>4.0.0</modelVersion>\n  \
         <groupId>jukeline</groupId>\n  <artifactId>kafka</artifactId>\n  <version>1</version>\n  \
         <dependencies>\n{kafka}{logging}  </dependencies>\n</project>\n"
    )
}

fn dependency(group: &str, artifact: &str, version: &str) -> String {
    format!(
        "    <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>\
         <version>{version}</version></dependency>\n"
    )
}
