//! What travels between the server and its clients. Fields that a client doesn't know are ignored in answers;
//! fields that the server doesn't know are refused in requests.

mod account;
mod books;
mod charts;
mod past;
mod play;
mod player;
mod poster;
mod problem;
mod purchase;
mod room;
mod setup;
mod songs;
mod staff;

pub use account::*;
pub use books::*;
pub use charts::*;
pub use past::*;
pub use play::*;
pub use player::*;
pub use poster::*;
pub use problem::*;
pub use purchase::*;
pub use room::*;
pub use setup::*;
pub use songs::*;
pub use staff::*;
