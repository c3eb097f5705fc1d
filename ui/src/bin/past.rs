//! The past surface: `/r/{room}/charts` and `/history`.

fn main() {
    jukeline_ui::past::launch();
}
