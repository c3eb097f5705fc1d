//! Users and access rules, through Kafka's own tools.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use super::{java, secure::ADMIN};
use crate::{certificates::Certificates, machine};

/// How the tools sign in.
fn admin_properties(folder: &Path) -> PathBuf {
    folder.join("admin.properties")
}

/// Writes how the tools sign in, once for the cluster.
pub(super) fn write_admin_properties(folder: &Path, certificates: &Certificates) -> Result<()> {
    let (user, password) = ADMIN;
    let text = format!(
        "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nssl.truststore.type=PEM\n\
         ssl.truststore.location={}\nsasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \
         username=\"{user}\" password=\"{password}\";\n",
        certificates.authority.display()
    );
    Ok(fs::write(admin_properties(folder), text)?)
}

/// Makes a user with a password.
pub(super) async fn create_user(folder: &Path, bootstrap: &str, name: &str, password: &str) -> Result<()> {
    let mut tool = tool("kafka.admin.ConfigCommand", folder, bootstrap)?;
    tool.args(["--alter", "--entity-type", "users", "--entity-name", name]);
    tool.args(["--add-config", &format!("SCRAM-SHA-512=[password={password}]")]);
    machine::run(tool).await.map(drop)
}

/// Adds a rule for everything of a kind whose name begins with `prefix`.
pub(super) async fn allow(
    folder: &Path,
    bootstrap: &str,
    user: &str,
    operations: &[&str],
    kind: &str,
    prefix: &str,
) -> Result<()> {
    let mut tool = tool("org.apache.kafka.tools.AclCommand", folder, bootstrap)?;
    tool.args(["--add", "--allow-principal", &format!("User:{user}")]);
    for operation in operations {
        tool.args(["--operation", operation]);
    }
    tool.args([&format!("--{kind}"), prefix, "--resource-pattern-type", "prefixed"]);
    machine::run(tool).await.map(drop)
}

fn tool(class: &str, folder: &Path, bootstrap: &str) -> Result<Command> {
    let mut tool = java::tool(class)?;
    tool.args(["--bootstrap-server", bootstrap, "--command-config"]).arg(admin_properties(folder));
    Ok(tool)
}
