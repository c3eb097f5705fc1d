//! Writing OGG Vorbis with its tags.

use std::io::Write;
use std::num::{NonZeroU8, NonZeroU32};

use vorbis_rs::{VorbisBitrateManagementStrategy, VorbisEncoderBuilder, VorbisError};

use super::synth::Stereo;
use super::{PieceSpec, SAMPLE_RATE};

/// Vorbis quality, -0.2 to 1: about 80 kbit/s for this music.
const QUALITY: f32 = 0.3;
const BLOCK: usize = 2048;

pub(super) fn encode(spec: &PieceSpec, sound: &Stereo, sink: impl Write) -> Result<(), VorbisError> {
    let rate = NonZeroU32::new(SAMPLE_RATE).unwrap_or(NonZeroU32::MIN);
    let channels = NonZeroU8::MIN.saturating_add(1);
    // The stream's number only has to differ between files; fixed, the same piece has the same bytes.
    let serial = spec.number as i32;
    let mut builder = VorbisEncoderBuilder::new_with_serial(rate, channels, sink, serial);
    builder.bitrate_management_strategy(VorbisBitrateManagementStrategy::QualityVbr { target_quality: QUALITY });
    builder.comment_tags(tags(spec))?;
    let mut encoder = builder.build()?;
    for (left, right) in sound.left.chunks(BLOCK).zip(sound.right.chunks(BLOCK)) {
        encoder.encode_audio_block([left, right])?;
    }
    encoder.finish()?.flush().map_err(VorbisError::from)
}

fn tags(spec: &PieceSpec) -> [(&'static str, String); 7] {
    [
        ("TITLE", spec.title.clone()),
        ("ARTIST", spec.artist.to_owned()),
        ("ALBUM", spec.album.to_owned()),
        ("ALBUMARTIST", spec.artist.to_owned()),
        ("DATE", spec.year.to_string()),
        ("GENRE", spec.genre.to_owned()),
        ("TRACKNUMBER", spec.track.to_string()),
    ]
}
