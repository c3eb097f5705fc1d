//! The patron surface: the phone's pages.

fn main() {
    jukeline_ui::patron::launch();
}
