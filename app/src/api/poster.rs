//! Posters for the tables of a room.

use serde::{Deserialize, Serialize};

/// How to answer a poster; query of `GET /api/jukeboxes/{jukebox}/poster.pdf`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PosterQuery {
    /// `pdf` if not said.
    #[serde(default)]
    pub format: PosterFormat,
    /// The language of its words, such as `de`; English where it is not spoken. The request's language if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// A poster's format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PosterFormat {
    /// To print.
    #[default]
    Pdf,
    /// To look at: 150 dots an inch.
    Png,
}
