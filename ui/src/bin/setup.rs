//! The setup surface: `/setup`, `/setup/{token}` and `/staff`.

fn main() {
    jukeline_ui::setup::launch();
}
