//! `cargo xtask icons`: every icon of the apps, drawn from one SVG each, and what phones show before the first page.

mod drawing;
mod kinds;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{command::say, paths};
use drawing::Drawing;
use kinds::{DESKTOP_ENTRIES, Icon, SHELL};

/// Draws all icons into the checkout, and hands the phones' to the mobile projects where there are any.
///
/// # Errors
/// An SVG can't be read, or a file can't be written.
pub(crate) fn run() -> Result<()> {
    let root = paths::root()?;
    let mut count = 0;
    for (file, content) in draw(&root)? {
        let file = root.join(file);
        fs::create_dir_all(file.parent().context("an icon in no folder")?)?;
        fs::write(&file, content).with_context(|| file.display().to_string())?;
        count += 1;
    }
    say(&format!("{count} icons are drawn"));
    let shell = root.join("src-tauri");
    for (from, to) in HANDED_OVER {
        // `tauri android init` and `tauri ios init` make these folders, and fill them with Tauri's own.
        let project = shell.join(to);
        if project.is_dir() {
            copy_into(&shell.join(from), &project)?;
            say(&format!("{} has them", project.display()));
        }
    }
    Ok(())
}

/// From folders of `src-tauri` to those of the mobile projects, which are no part of the checkout.
const HANDED_OVER: [(&str, &str); 4] = [
    ("icons/android", "gen/android/app/src/main/res"),
    ("mobile/android/res", "gen/android/app/src/main/res"),
    ("icons/ios", "gen/apple/Assets.xcassets/AppIcon.appiconset"),
    ("mobile/ios", "gen/apple"),
];

/// All icons as PNG, by their paths from the top of the checkout.
fn draw(root: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut drawn = Vec::new();
    let patron = Drawing::read(&root.join("assets/icons/favicon.svg"))?;
    for Icon { name, shape, size } in SHELL {
        drawn.push((Path::new("src-tauri/icons").join(name), patron.png(*shape, *size)?));
    }
    for role in ["patron", "staff", "screen"] {
        let folder = PathBuf::from(format!("packaging/apps/{role}/hicolor"));
        let name = format!("apps/jukeline-{role}");
        let drawing = Drawing::read(&root.join(&folder).join(format!("scalable/{name}.svg")))?;
        for Icon { name: of_size, shape, size } in DESKTOP_ENTRIES {
            drawn.push((folder.join(of_size).join(format!("{name}.png")), drawing.png(*shape, *size)?));
        }
    }
    Ok(drawn)
}

/// Copies a folder's files into another that may have them already.
fn copy_into(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_into(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Size, and bytes of red, green, blue and alpha.
    fn pixels(png: &[u8]) -> Result<(u32, Vec<u8>)> {
        let pixmap = resvg::tiny_skia::Pixmap::decode_png(png)?;
        Ok((pixmap.width(), pixmap.take()))
    }

    #[test]
    fn the_icons_of_the_checkout_are_those_that_are_drawn() -> Result<()> {
        let root = paths::root()?;
        for (file, drawn) in draw(&root)? {
            let there = fs::read(root.join(&file)).with_context(|| format!("{}: cargo xtask icons", file.display()))?;
            let ((size, there), (right, drawn)) = (pixels(&there)?, pixels(&drawn)?);
            assert_eq!(size, right, "{}", file.display());
            // Another processor may round another way.
            let differs = there.iter().zip(&drawn).any(|(there, drawn)| there.abs_diff(*drawn) > 2);
            assert!(!differs, "{} is out of date: cargo xtask icons", file.display());
        }
        Ok(())
    }

    #[test]
    fn what_shows_before_the_page_has_the_icons_ground() -> Result<()> {
        let root = paths::root()?;
        let ground = Drawing::read(&root.join("assets/icons/favicon.svg"))?.ground().to_owned();
        let read = |file: &str| fs::read_to_string(root.join(file)).with_context(|| file.to_owned());
        assert!(read("src-tauri/mobile/android/res/values/ic_launcher_background.xml")?.contains(&ground));
        assert!(read("assets/style/base.css")?.contains(&format!("--ink: {ground};")));
        let channels = [1, 3, 5].map(|at| u8::from_str_radix(ground.get(at..at + 2).unwrap_or_default(), 16));
        let [Ok(red), Ok(green), Ok(blue)] = channels else { panic!("{ground} is no colour") };
        assert!(read("src-tauri/src/lib.rs")?.contains(&format!("Color({red}, {green}, {blue}, 255)")));
        let part = |channel: u8| format!("{:.3}", f32::from(channel) / 255.0);
        let fills = format!("red=\"{}\" green=\"{}\" blue=\"{}\"", part(red), part(green), part(blue));
        assert!(read("src-tauri/mobile/ios/LaunchScreen.storyboard")?.contains(&fills), "{fills}");
        Ok(())
    }
}
