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
/// Its artifacts: the broker, its tools, Connect with its JSON converter and transforms, and Streams.
const ARTIFACTS: [&str; 6] =
    ["kafka_2.13", "kafka-tools", "connect-runtime", "connect-json", "connect-transforms", "kafka-streams"];
/// Something for it to log with.
const LOGGING: (&str, &str, &str) = ("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.3");

/// The file that says what was fetched.
const PROJECT: &str = "pom.xml";

/// Where its jars are, or would be.
pub(crate) fn libs() -> Result<PathBuf> {
    Ok(paths::target()?.join(format!("kafka-{VERSION}")).join("libs"))
}

/// True if the jars are there as a whole: the folder gets its name only after the last one, and the project in it names
/// what was fetched.
pub(crate) fn is_there() -> bool {
    libs().is_ok_and(|libs| fs::read_to_string(libs.join(PROJECT)).is_ok_and(|fetched| fetched == project()))
}

/// Fetches the jars where some are missing, some 130 MB.
///
/// # Errors
/// Maven is missing or does not get them.
pub(crate) fn fetch() -> Result<PathBuf> {
    let libs = libs()?;
    if is_there() {
        return Ok(libs);
    }
    say(&format!("Fetching Apache Kafka {VERSION} …"));
    let (partial, outdated) = (libs.with_extension("part"), libs.with_extension("old"));
    remove(&partial)?;
    fs::create_dir_all(&partial)?;
    let pom = partial.join(PROJECT);
    fs::write(&pom, project())?;
    command::run(&mut maven(&pom, &partial))?;
    remove(&outdated)?;
    if libs.is_dir() {
        fs::rename(&libs, &outdated)?;
    }
    fs::rename(&partial, &libs)?;
    remove(&outdated)?;
    Ok(libs)
}

fn remove(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))
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
