//! The Debian packages, on a machine with nothing else: they install, run, upgrade, and leave nothing behind.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use jukeline_tests::{
    debian::{Booted, CleanRoot, Inventory, Packages, verify_unit},
    eventually,
    machine::{self, Need},
    needs, ports,
    process::Process,
};
use rustix::process::Signal;

const CONFIGURATION: &str = "/etc/jukeline/jukeline.toml";
const DATA: &str = "/var/lib/jukeline";
const UNIT: &str = "/lib/systemd/system/jukeline.service";
const SERVER: &str = "jukeline-server";
const APPS: [&str; 3] = ["jukeline-patron", "jukeline-staff", "jukeline-screen"];

/// How long a start may take, of systemd too.
const START: Duration = Duration::from_secs(120);

/// As an operator would: another address, in the file that came with the package.
fn listen_at(root: &CleanRoot, address: &str) -> Result<String> {
    let file = root.path(CONFIGURATION);
    let packaged = fs::read_to_string(&file)?;
    let text = packaged.replace("127.0.0.1:8080", address);
    ensure!(text != packaged, "the packaged configuration says no address: {packaged}");
    fs::write(&file, &text)?;
    Ok(text)
}

async fn get(url: &str) -> Result<String> {
    let answer = reqwest::Client::new().get(url).timeout(Duration::from_secs(5)).send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    ensure!(status.is_success(), "{url} says {status}: {text}");
    Ok(text)
}

/// The page for the first run, and a file that it names.
async fn page_is_served(url: &str) -> Result<()> {
    let page = get(&format!("{url}/setup")).await?;
    let style = page.split('"').find(|part| part.starts_with("/ui/") && part.ends_with(".css"));
    get(&format!("{url}{}", style.with_context(|| format!("no style: {page}"))?)).await.map(drop)
}

/// Says what came, went or changed, rather than all that there is.
fn nothing_is_left(before: &Inventory, after: &Inventory) -> Result<()> {
    let changed = |one: &Inventory, other: &Inventory| -> Vec<String> {
        let differing = one.iter().filter(|(path, what)| other.get(*path) != Some(*what));
        differing.map(|(path, what)| format!("{} {what:?}", path.display())).collect()
    };
    let (gone, come) = (changed(before, after), changed(after, before));
    ensure!(gone.is_empty() && come.is_empty(), "before: {gone:#?}\nafter: {come:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_package_installs_runs_upgrades_and_leaves_nothing() -> Result<()> {
    needs!(Need::Debhelper, Need::CleanRoot, Need::Server, Need::Pages);
    let packages = Packages::of_the_server().await?;
    let package = packages.file(SERVER)?;
    let root = CleanRoot::unpack().await?;
    let before = root.inventory()?;
    root.install(std::slice::from_ref(&package), &[]).await?;

    // Who may read what.
    for (path, access) in [
        ("/usr/bin/jukeline", "755 root:root"),
        ("/usr/share/jukeline/ui/manifest.json", "644 root:root"),
        ("/etc/jukeline", "750 root:jukeline"),
        (CONFIGURATION, "640 root:jukeline"),
        (DATA, "750 jukeline:jukeline"),
    ] {
        ensure!(root.access(path).await? == access, "{path}: {}", root.access(path).await?);
    }
    let user = root.run("getent", &["passwd", "jukeline"]).await?;
    ensure!(user.trim().ends_with(":/var/lib/jukeline:/usr/sbin/nologin"), "nobody can sign in as it: {user}");

    // As the unit would start it, with what is packaged and nothing else.
    let address = format!("127.0.0.1:{}", ports::free()?);
    let configured = listen_at(&root, &address)?;
    let mut serve = root.command("jukeline:jukeline", "/usr/bin/jukeline");
    serve.args(["--config", CONFIGURATION, "serve"]);
    let logs = tempfile::tempdir()?;
    let mut server = Process::start(serve, &logs.path().join("log"))?;
    let url = format!("http://{address}");
    let ready = eventually("the packaged server to be ready", START, || {
        let alive = server.still_runs();
        let url = format!("{url}/readyz");
        async move {
            alive?;
            get(&url).await
        }
    });
    ready.await.with_context(|| server.log())?;
    page_is_served(&url).await?;
    let ended = server.end(Signal::TERM, Duration::from_secs(60)).await?;
    ensure!(ended.success(), "it ended with {ended}: {}", server.log());
    ensure!(root.access(&format!("{DATA}/jukeline.sqlite")).await?.ends_with(" jukeline:jukeline"));

    // An upgrade asks nothing, and changes neither what the operator wrote nor who may read it.
    root.install(std::slice::from_ref(&package), &[]).await?;
    ensure!(fs::read_to_string(root.path(CONFIGURATION))? == configured);
    ensure!(root.access(CONFIGURATION).await? == "640 root:jukeline");
    ensure!(root.path(&format!("{DATA}/jukeline.sqlite")).is_file());

    // Removed, it keeps what is the operator's; purged, nothing.
    root.run("dpkg", &["--remove", SERVER]).await?;
    ensure!(!root.path("/usr/bin/jukeline").exists());
    ensure!(fs::read_to_string(root.path(CONFIGURATION))? == configured);
    ensure!(root.path(&format!("{DATA}/jukeline.sqlite")).is_file());
    root.run("dpkg", &["--purge", SERVER]).await?;
    nothing_is_left(&before, &root.inventory()?)
}

/// What systemd says about the server's unit.
async fn state(machine: &Booted, property: &str) -> Result<String> {
    let property = format!("--property={property}");
    Ok(machine.run(&["systemctl", "show", "--value", &property, "jukeline"]).await?.trim().to_owned())
}

/// Waits until the server answers, started by systemd.
async fn is_up(machine: &mut Booted, url: &str) -> Result<()> {
    let ready = eventually("the server to be ready under systemd", START, || {
        let alive = machine.still_runs();
        let url = format!("{url}/readyz");
        async move {
            alive?;
            get(&url).await.map(drop)
        }
    });
    let ready = ready.await;
    if ready.is_ok() {
        return ready;
    }
    let journal = machine.run(&["journalctl", "--no-pager", "--unit=jukeline"]).await;
    ready.with_context(|| format!("{}\n{journal:?}", machine.log()))
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_runs_the_server_confined() -> Result<()> {
    needs!(Need::Debhelper, Need::CleanRoot, Need::Nspawn, Need::Server, Need::Pages);
    let packages = Packages::of_the_server().await?;
    let package = packages.file(SERVER)?;
    let root = CleanRoot::unpack().await?;
    root.install(std::slice::from_ref(&package), &[]).await?;
    verify_unit(&root, UNIT, "/usr/bin/jukeline").await?;
    let mut judge = Command::new("systemd-analyze");
    judge.args(["security", "--offline=true", "--no-pager", "--threshold=15"]).arg(root.path(UNIT));
    machine::run(judge).await.context("an exposure of at most 1.5 of 10")?;

    // A port below 1024, at an address of this machine that nothing else uses.
    let address = "127.0.77.83:80";
    listen_at(&root, address)?;
    let folder = root.path("/etc/systemd/system/jukeline.service.d");
    fs::create_dir_all(&folder)?;
    let example = "/usr/share/doc/jukeline-server/examples/ports.conf";
    fs::copy(root.path(example), folder.join("ports.conf"))?;
    let logs = tempfile::tempdir()?;
    let mut machine = Booted::boot(&root, &logs.path().join("log"))?;
    let url = format!("http://{address}");
    is_up(&mut machine, &url).await?;
    page_is_served(&url).await?;
    let process = state(&machine, "MainPID").await?;
    let status = machine.run(&["cat", &format!("/proc/{process}/status")]).await?;
    let says = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().to_owned()
    };
    ensure!(says("NoNewPrivs:") == "1" && says("Seccomp:") == "2", "it isn't confined: {status}");
    ensure!(says("CapEff:") == "0000000000000400", "CAP_NET_BIND_SERVICE alone: {status}");

    // Without the drop-in, at a port that anybody may have, it has no capability at all.
    fs::remove_dir_all(&folder)?;
    let address = format!("127.0.0.1:{}", ports::free()?);
    let file = root.path(CONFIGURATION);
    fs::write(&file, fs::read_to_string(&file)?.replace("127.0.77.83:80", &address))?;
    machine.run(&["systemctl", "daemon-reload"]).await?;
    machine.run(&["systemctl", "restart", "jukeline"]).await?;
    let url = format!("http://{address}");
    is_up(&mut machine, &url).await?;
    let process = state(&machine, "MainPID").await?;
    let status = machine.run(&["cat", &format!("/proc/{process}/status")]).await?;
    ensure!(status.contains("CapBnd:\t0000000000000000"), "a right that it doesn't need: {status}");

    // An upgrade starts the new program; a purge stops it.
    let inside = format!("/root/{}", package.file_name().unwrap_or_default().to_string_lossy());
    fs::copy(&package, root.path(&inside))?;
    machine.run(&["dpkg", "--install", &inside]).await?;
    is_up(&mut machine, &url).await?;
    let restarted = state(&machine, "MainPID").await?;
    ensure!(restarted != process && state(&machine, "NRestarts").await? == "0", "{process}, then {restarted}");
    machine.run(&["dpkg", "--purge", SERVER]).await?;
    ensure!(get(&url).await.is_err(), "it still answers");
    ensure!(state(&machine, "LoadState").await? == "not-found");
    ensure!(machine.run(&["getent", "passwd", "jukeline"]).await.is_err());
    machine.shut_down().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_apps_packages_install_and_leave_nothing() -> Result<()> {
    needs!(Need::Debhelper, Need::CleanRoot, Need::Shell);
    let packages = Packages::of_the_apps().await?;
    let depends = packages.field("jukeline-shell", "Depends").await?;
    for needed in ["fonts-noto-cjk", "gstreamer1.0-libav", "gstreamer1.0-plugins-good", "libwebkit2gtk-4.1-0", "libc6"]
    {
        ensure!(depends.split(", ").any(|one| one.split(' ').next() == Some(needed)), "{needed} is missing: {depends}");
    }
    let root = CleanRoot::unpack().await?;
    let before = root.inventory()?;
    let names: Vec<&str> = ["jukeline-shell"].into_iter().chain(APPS).collect();
    let files = names.iter().map(|name| packages.file(name)).collect::<Result<Vec<_>>>()?;
    // WebKit and its like would be a third of a gigabyte, and are Debian's own.
    root.install(&files, &["--force-depends"]).await?;
    ensure!(root.access("/usr/libexec/jukeline/jukeline-shell").await? == "755 root:root");
    for app in APPS {
        is_an_app(&root, app).await?;
        ensure!(packages.field(app, "Depends").await?.starts_with("jukeline-shell (>= "));
    }

    // Links are the guest's alone, and the screen takes the display only where somebody said so.
    let links = "x-scheme-handler/jukeline;";
    let claims = |app: &str| fs::read_to_string(root.path(&format!("/usr/share/applications/{app}.desktop")));
    ensure!(claims("jukeline-patron")?.contains(links));
    ensure!(!claims("jukeline-staff")?.contains(links) && !claims("jukeline-screen")?.contains(links));
    let unit = "/usr/lib/systemd/user/jukeline-screen.service";
    verify_unit(&root, unit, "/usr/bin/jukeline-screen").await?;
    let enabled = root.path("/etc/systemd/user/graphical-session.target.wants/jukeline-screen.service");
    ensure!(fs::symlink_metadata(enabled).is_err(), "the screen starts unasked");

    let purge: Vec<&str> = ["--force-depends", "--purge"].into_iter().chain(names).collect();
    root.run("dpkg", &purge).await?;
    nothing_is_left(&before, &root.inventory()?)
}

/// A command that calls the program in its role, an entry in the desktop's menu, and an icon in every size.
async fn is_an_app(root: &CleanRoot, app: &str) -> Result<()> {
    let role = app.trim_start_matches("jukeline-");
    let command = format!("/usr/bin/{app}");
    ensure!(root.access(&command).await? == "755 root:root");
    let program = "#!/bin/sh\necho \"$@\"\n";
    let shell = root.path("/usr/libexec/jukeline/jukeline-shell");
    let real = shell.with_extension("real");
    fs::rename(&shell, &real)?;
    fs::write(&shell, program)?;
    fs::set_permissions(&shell, fs::metadata(&real)?.permissions())?;
    let said = root.run(&command, &["with", "a word"]).await;
    fs::rename(&real, &shell)?;
    ensure!(said?.trim() == format!("--role {role} with a word"));

    let entry = root.path(&format!("/usr/share/applications/{app}.desktop"));
    let mut judge = Command::new("desktop-file-validate");
    judge.arg("--warn-kde").arg(&entry);
    ensure!(machine::run(judge).await?.is_empty());
    ensure!(fs::read_to_string(entry)?.contains(&format!("Icon={app}\n")));
    for size in ["48x48", "128x128", "256x256"] {
        let icon = root.path(&format!("/usr/share/icons/hicolor/{size}/apps/{app}.png"));
        ensure!(dimensions(&icon)? == size, "{} isn't {size}", icon.display());
    }
    ensure!(root.path(&format!("/usr/share/icons/hicolor/scalable/apps/{app}.svg")).is_file());
    Ok(())
}

/// Width and height of a PNG, as its header says.
fn dimensions(icon: &Path) -> Result<String> {
    let bytes = fs::read(icon).with_context(|| icon.display().to_string())?;
    let number =
        |at: usize| bytes.get(at..at + 4).map(|four| four.iter().fold(0, |sum, byte| sum * 256 + u32::from(*byte)));
    let (width, height) = number(16).zip(number(20)).context("no PNG")?;
    Ok(format!("{width}x{height}"))
}
