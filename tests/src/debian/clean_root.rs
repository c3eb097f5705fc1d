//! A Debian with nothing but its base, in a folder.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::machine::{self, run};

/// What it has beyond the base: what a server's package depends on, and systemd to boot it with.
const WITH: &str = "--include=adduser,dbus,systemd,systemd-sysv";

/// What lies here is dpkg's, or says what happened on the machine.
const BOOKS: [&str; 5] = ["run", "tmp", "var/cache", "var/lib/dpkg", "var/log"];

/// A root of its own; it is removed with this value.
#[derive(Debug)]
pub struct CleanRoot {
    folder: TempDir,
}

/// Every file below a root, with mode, owner and group; below `etc` also what stands in it.
pub type Inventory = BTreeMap<PathBuf, (u32, u32, u32, String)>;

impl CleanRoot {
    /// Unpacks one. The first call makes it with debootstrap, from the archive that this machine's apt is set to, and
    /// keeps it in the target folder.
    ///
    /// # Errors
    /// The archive can't be reached, or the disk is full.
    pub async fn unpack() -> Result<Self> {
        let (release, archive) = apts_archive().await?;
        let tarball = machine::target()?.join(format!("clean-root-{release}.tar.gz"));
        if !tarball.is_file() {
            make(&tarball, &release, &archive).await?;
        }
        let root = Self { folder: folder()? };
        let mut unpack = Command::new("tar");
        unpack.args(["--extract", "--numeric-owner", "--same-permissions", "--file"]).arg(tarball);
        run(with_arguments(unpack, &["--directory".as_ref(), root.folder.path().as_os_str()])).await?;
        Ok(root)
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where something of it is: `path` is as seen from inside.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder().join(path.trim_start_matches('/'))
    }

    /// A program of it, to be run inside by `user`.
    #[must_use]
    pub fn command(&self, user: &str, program: &str) -> Command {
        let mut command = Command::new("chroot");
        command.arg(format!("--userspec={user}")).arg(self.folder()).arg(program).env_clear();
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    /// Runs a program inside, as root, and returns what it printed.
    ///
    /// # Errors
    /// It fails.
    pub async fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let mut command = self.command("root", program);
        command.args(arguments);
        run(command).await
    }

    /// Installs packages, or the same again, with these options of dpkg.
    ///
    /// # Errors
    /// dpkg refuses one, or a script of one fails.
    pub async fn install(&self, packages: &[PathBuf], options: &[&str]) -> Result<()> {
        let mut command = self.command("root", "dpkg");
        command.args(options).arg("--install");
        for package in packages {
            let name = package.file_name().context("a package without a name")?;
            fs::copy(package, self.folder().join("tmp").join(name))?;
            command.arg(Path::new("/tmp").join(name));
        }
        run(command).await.map(drop)
    }

    /// Mode, owner and group of a file, by their names: `750 root:root`.
    ///
    /// # Errors
    /// It isn't there.
    pub async fn access(&self, path: &str) -> Result<String> {
        Ok(self.run("stat", &["--format=%a %U:%G", path]).await?.trim().to_owned())
    }

    /// All that is in it, but for dpkg's own books.
    ///
    /// # Errors
    /// A file can't be read.
    pub fn inventory(&self) -> Result<Inventory> {
        let mut inventory = Inventory::new();
        self.take_inventory(self.folder(), &mut inventory)?;
        Ok(inventory)
    }

    fn take_inventory(&self, folder: &Path, inventory: &mut Inventory) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let inside = path.strip_prefix(self.folder())?.to_owned();
            if BOOKS.iter().any(|book| inside.starts_with(book)) || is_backup(&inside) {
                continue;
            }
            let metadata = fs::symlink_metadata(&path)?;
            let content = if metadata.is_file() && inside.starts_with("etc") { fs::read(&path)? } else { Vec::new() };
            let content = String::from_utf8_lossy(&content).into_owned();
            inventory.insert(inside, (metadata.mode(), metadata.uid(), metadata.gid(), content));
            if metadata.is_dir() {
                self.take_inventory(&path, inventory)?;
            }
        }
        Ok(())
    }
}

/// The copies that are kept of the lists of users: `/etc/passwd-` and the like.
fn is_backup(inside: &Path) -> bool {
    inside.parent() == Some(Path::new("etc")) && inside.to_string_lossy().ends_with('-')
}

/// The release that apt gets packages of, such as `bookworm`, and where from. What is built here runs on that or later.
async fn apts_archive() -> Result<(String, String)> {
    let mut apt = Command::new("apt-get");
    apt.args(["indextargets", "--format", "$(COMPONENT) $(RELEASE) $(SITE)", "Created-By: Packages"]);
    let targets = run(apt).await?;
    let found = targets.lines().find_map(|line| {
        let (release, archive) = line.strip_prefix("main ")?.split_once(' ')?;
        // Updates and security fixes are no whole Debian.
        (!release.contains('-')).then(|| (release.to_owned(), archive.to_owned()))
    });
    found.context("apt knows no archive")
}

/// Makes the root once for all tests; two that do it at the same time get the same.
async fn make(tarball: &Path, release: &str, archive: &str) -> Result<()> {
    let root = folder()?;
    let mut debootstrap = Command::new("debootstrap");
    debootstrap.args(["--variant=minbase", WITH, release]).arg(root.path()).arg(archive);
    run(debootstrap).await?;
    let partial = tarball.with_extension(format!("{}.part", std::process::id()));
    let mut pack = Command::new("tar");
    pack.args(["--create", "--gzip", "--numeric-owner", "--file"]).arg(&partial).arg("--directory").arg(root.path());
    run(with_arguments(pack, &[".".as_ref()])).await?;
    Ok(fs::rename(partial, tarball)?)
}

/// In the target folder: folders for temporary files are often mounted without devices.
fn folder() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("clean-root-").tempdir_in(machine::target()?)?)
}

fn with_arguments(mut command: Command, arguments: &[&OsStr]) -> Command {
    command.args(arguments);
    command
}
