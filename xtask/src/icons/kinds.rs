//! Which icons there are. Names and places are those of `tauri icon`, which the mobile projects refer to.

use super::drawing::Shape;

/// One icon.
pub(super) struct Icon {
    /// Its path, below the folder of its list.
    pub(super) name: &'static str,
    /// What of the drawing it shows.
    pub(super) shape: Shape,
    /// Its width and height, in pixels.
    pub(super) size: u32,
}

const fn icon(name: &'static str, shape: Shape, size: u32) -> Icon {
    Icon { name, shape, size }
}

/// Folders of `hicolor`, where desktops look for the icons of their menus.
pub(super) const DESKTOP_ENTRIES: &[Icon] =
    &[icon("48x48", Shape::Rounded, 48), icon("128x128", Shape::Rounded, 128), icon("256x256", Shape::Rounded, 256)];

/// Files of `src-tauri/icons`: windows first, then Android (48 and 108 points at five densities), then iOS.
pub(super) const SHELL: &[Icon] = &[
    icon("32x32.png", Shape::Rounded, 32),
    icon("128x128.png", Shape::Rounded, 128),
    icon("128x128@2x.png", Shape::Rounded, 256),
    icon("icon.png", Shape::Rounded, 512),
    icon("android/mipmap-mdpi/ic_launcher.png", Shape::Rounded, 48),
    icon("android/mipmap-hdpi/ic_launcher.png", Shape::Rounded, 72),
    icon("android/mipmap-xhdpi/ic_launcher.png", Shape::Rounded, 96),
    icon("android/mipmap-xxhdpi/ic_launcher.png", Shape::Rounded, 144),
    icon("android/mipmap-xxxhdpi/ic_launcher.png", Shape::Rounded, 192),
    icon("android/mipmap-mdpi/ic_launcher_round.png", Shape::Round, 48),
    icon("android/mipmap-hdpi/ic_launcher_round.png", Shape::Round, 72),
    icon("android/mipmap-xhdpi/ic_launcher_round.png", Shape::Round, 96),
    icon("android/mipmap-xxhdpi/ic_launcher_round.png", Shape::Round, 144),
    icon("android/mipmap-xxxhdpi/ic_launcher_round.png", Shape::Round, 192),
    icon("android/mipmap-mdpi/ic_launcher_foreground.png", Shape::Foreground, 108),
    icon("android/mipmap-hdpi/ic_launcher_foreground.png", Shape::Foreground, 162),
    icon("android/mipmap-xhdpi/ic_launcher_foreground.png", Shape::Foreground, 216),
    icon("android/mipmap-xxhdpi/ic_launcher_foreground.png", Shape::Foreground, 324),
    icon("android/mipmap-xxxhdpi/ic_launcher_foreground.png", Shape::Foreground, 432),
    icon("android/mipmap-mdpi/ic_launcher_monochrome.png", Shape::Monochrome, 108),
    icon("android/mipmap-hdpi/ic_launcher_monochrome.png", Shape::Monochrome, 162),
    icon("android/mipmap-xhdpi/ic_launcher_monochrome.png", Shape::Monochrome, 216),
    icon("android/mipmap-xxhdpi/ic_launcher_monochrome.png", Shape::Monochrome, 324),
    icon("android/mipmap-xxxhdpi/ic_launcher_monochrome.png", Shape::Monochrome, 432),
    icon("ios/AppIcon-20x20@1x.png", Shape::Full, 20),
    icon("ios/AppIcon-20x20@2x.png", Shape::Full, 40),
    icon("ios/AppIcon-20x20@2x-1.png", Shape::Full, 40),
    icon("ios/AppIcon-20x20@3x.png", Shape::Full, 60),
    icon("ios/AppIcon-29x29@1x.png", Shape::Full, 29),
    icon("ios/AppIcon-29x29@2x.png", Shape::Full, 58),
    icon("ios/AppIcon-29x29@2x-1.png", Shape::Full, 58),
    icon("ios/AppIcon-29x29@3x.png", Shape::Full, 87),
    icon("ios/AppIcon-40x40@1x.png", Shape::Full, 40),
    icon("ios/AppIcon-40x40@2x.png", Shape::Full, 80),
    icon("ios/AppIcon-40x40@2x-1.png", Shape::Full, 80),
    icon("ios/AppIcon-40x40@3x.png", Shape::Full, 120),
    icon("ios/AppIcon-60x60@2x.png", Shape::Full, 120),
    icon("ios/AppIcon-60x60@3x.png", Shape::Full, 180),
    icon("ios/AppIcon-76x76@1x.png", Shape::Full, 76),
    icon("ios/AppIcon-76x76@2x.png", Shape::Full, 152),
    icon("ios/AppIcon-83.5x83.5@2x.png", Shape::Full, 167),
    icon("ios/AppIcon-512@2x.png", Shape::Full, 1024),
];
