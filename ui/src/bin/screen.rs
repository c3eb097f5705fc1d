//! The screen surface: `/screen`.

fn main() {
    jukeline_ui::screen::launch();
}
