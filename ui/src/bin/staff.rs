//! The staff surface: `/staff` and `/staff/{jukebox}`.

fn main() {
    jukeline_ui::staff::launch();
}
