//! Decoding a file from beginning to end: that is how its length and loudness are found, and whether it is sound.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_FLAC, CODEC_ID_MP3, CODEC_ID_OPUS, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

use super::loudness::{Loudness, Meter};
use super::refused::{LONGEST, Refused};
use super::scan::Container;
use super::song::Codec;

/// One broken packet in this many is a scratch; more is damage.
const PACKETS_PER_SCRATCH: u64 = 200;

/// A whole decoded file.
pub(super) struct Sound {
    pub(super) codec: Codec,
    pub(super) sample_rate: u32,
    pub(super) channels: u16,
    pub(super) frames: u64,
    pub(super) loudness: Option<Loudness>,
    /// False where the sound could be counted but not decoded.
    pub(super) measured: bool,
}

impl Sound {
    pub(super) fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.frames as f64 / f64::from(self.sample_rate.max(1)))
    }
}

/// Decodes all of `path`, measuring as it goes and keeping nothing.
pub(super) fn decode_whole(path: &Path, container: Container) -> Result<Sound, Refused> {
    let mut reader = open(path)?;
    let track = reader.default_track(TrackType::Audio).cloned().ok_or(Refused::NotAudio)?;
    let parameters = audio_parameters(&track)?;
    let codec = codec_of(parameters.codec, container)?;
    let mut decoder = Decoder::new(codec, parameters)?;
    let sound = decode_packets(reader.as_mut(), track.id, codec, &mut decoder)?;
    check_length(&track, codec, &sound)?;
    Ok(sound)
}

fn open(path: &Path) -> Result<Box<dyn FormatReader>, Refused> {
    let file = File::open(path).map_err(|error| Refused::unreadable(&error))?;
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    symphonia::default::get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|error| refused_by(&error))
}

fn refused_by(error: &Error) -> Refused {
    match error {
        Error::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Refused::damaged("it breaks off before its end")
        }
        Error::IoError(error) => Refused::unreadable(error),
        // What a reader calls unsupported is a part that is missing or that nobody writes.
        Error::Unsupported(what) => Refused::damaged(what),
        other => Refused::damaged(other),
    }
}

fn audio_parameters(track: &Track) -> Result<&AudioCodecParameters, Refused> {
    track.codec_params.as_ref().and_then(|parameters| parameters.audio()).ok_or(Refused::NotAudio)
}

fn codec_of(id: AudioCodecId, container: Container) -> Result<Codec, Refused> {
    match (id, container) {
        (CODEC_ID_VORBIS, Container::Ogg) => Ok(Codec::OggVorbis),
        (CODEC_ID_OPUS, Container::Ogg) => Ok(Codec::Opus),
        (CODEC_ID_MP3, Container::Mpeg) => Ok(Codec::Mp3),
        (CODEC_ID_FLAC, Container::Flac) => Ok(Codec::Flac),
        (CODEC_ID_AAC, Container::Mp4) => Ok(Codec::Aac),
        (id, container) => Err(Refused::Unsupported(format!("codec {id} in {container:?}"))),
    }
}

fn decode_packets(
    reader: &mut dyn FormatReader,
    track: u32,
    codec: Codec,
    decoder: &mut Decoder,
) -> Result<Sound, Refused> {
    let mut tally = Tally::default();
    let mut samples = Vec::new();
    while let Some(packet) = reader.next_packet().map_err(|error| refused_by(&error))? {
        if packet.track_id != track {
            continue;
        }
        tally.packets += 1;
        match decoder.decode(&packet, &mut samples)? {
            Some((channels, sample_rate)) => tally.add(channels, sample_rate, &samples)?,
            None => tally.broken += 1,
        }
        if tally.duration() > LONGEST + Duration::from_secs(1) {
            return Err(Refused::TooLong(tally.duration()));
        }
    }
    tally.into_sound(codec, decoder.measures())
}

/// What has been decoded so far.
#[derive(Default)]
struct Tally {
    packets: u64,
    broken: u64,
    frames: u64,
    channels: u32,
    sample_rate: u32,
    meter: Option<Meter>,
}

impl Tally {
    fn add(&mut self, channels: u32, sample_rate: u32, samples: &[f32]) -> Result<(), Refused> {
        if samples.is_empty() {
            return Ok(());
        }
        if self.channels == 0 {
            (self.channels, self.sample_rate) = (channels, sample_rate);
            self.meter = Meter::new(channels, sample_rate);
        }
        if (self.channels, self.sample_rate) != (channels, sample_rate) {
            return Err(Refused::damaged("its channels or rate change in the middle"));
        }
        self.frames += samples.len() as u64 / u64::from(channels.max(1));
        if let Some(meter) = &mut self.meter {
            meter.add(samples);
        }
        Ok(())
    }

    fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.frames as f64 / f64::from(self.sample_rate.max(1)))
    }

    fn into_sound(self, codec: Codec, measured: bool) -> Result<Sound, Refused> {
        // The first packet of a stream may well lean on one that is not there: one is always forgiven.
        if self.broken > 1 + self.packets / PACKETS_PER_SCRATCH {
            return Err(Refused::Damaged(format!("{} of {} packets can't be decoded", self.broken, self.packets)));
        }
        Ok(Sound {
            codec,
            sample_rate: self.sample_rate,
            channels: u16::try_from(self.channels).unwrap_or(u16::MAX),
            frames: self.frames,
            loudness: self.meter.filter(|_| measured).and_then(|meter| meter.loudness()),
            measured,
        })
    }
}

/// Compares what was decoded with what the header declares, half a second and two in a hundred being allowed: edit
/// lists, encoder delays and padding are counted differently by different writers.
fn check_length(track: &Track, codec: Codec, sound: &Sound) -> Result<(), Refused> {
    // Without an encoder's header, the length of an MP3 is a guess from its bit rate.
    let known = codec != Codec::Mp3 || track.delay.is_some();
    let Some(declared) = track.num_frames.filter(|_| known) else { return Ok(()) };
    let allowed = declared / 50 + u64::from(sound.sample_rate) / 2;
    if sound.frames + allowed >= declared {
        return Ok(());
    }
    let declared = Duration::from_secs_f64(declared as f64 / f64::from(sound.sample_rate.max(1)));
    let (found, declared) = (sound.duration().as_secs(), declared.as_secs());
    Err(Refused::Damaged(format!("{found} s of its {declared} s can be decoded")))
}

/// The decoders of symphonia, and one for Opus, which symphonia takes apart but does not decode.
enum Decoder {
    Symphonia(Box<dyn AudioDecoder>),
    Opus {
        decoder: Box<ropus::Decoder>,
        channels: u32,
        gain: f32,
    },
    /// Opus with more than two channels is counted, not decoded.
    Count {
        channels: u32,
    },
}

impl Decoder {
    fn new(codec: Codec, parameters: &AudioCodecParameters) -> Result<Self, Refused> {
        if codec == Codec::Opus {
            return Self::opus(parameters);
        }
        let options = AudioDecoderOptions::default();
        let decoder = symphonia::default::get_codecs().make_audio_decoder(parameters, &options);
        decoder.map(Self::Symphonia).map_err(|error| match error {
            Error::Unsupported(what) => Refused::Unsupported(what.to_owned()),
            other => refused_by(&other),
        })
    }

    fn opus(parameters: &AudioCodecParameters) -> Result<Self, Refused> {
        let channels = match parameters.channels.as_ref().map(|channels| channels.count()) {
            Some(1) => ropus::Channels::Mono,
            Some(2) => ropus::Channels::Stereo,
            other => return Ok(Self::Count { channels: other.unwrap_or(1) as u32 }),
        };
        let decoder =
            ropus::Decoder::new(OPUS_RATE, channels).map_err(|error| Refused::damaged(format!("{error:?}")))?;
        let gain = output_gain(parameters.extra_data.as_deref().unwrap_or_default());
        Ok(Self::Opus { decoder: Box::new(decoder), channels: channels.count() as u32, gain })
    }

    fn measures(&self) -> bool {
        !matches!(self, Self::Count { .. })
    }

    /// Fills `samples` (interleaved) and gives channels and rate; `None` when the packet is broken.
    fn decode(&mut self, packet: &Packet, samples: &mut Vec<f32>) -> Result<Option<(u32, u32)>, Refused> {
        samples.clear();
        match self {
            Self::Symphonia(decoder) => decode_by_symphonia(decoder.as_mut(), packet, samples),
            Self::Opus { decoder, channels, gain } => {
                Ok(decode_opus(decoder, packet, *channels, *gain, samples).map(|()| (*channels, OPUS_RATE)))
            }
            Self::Count { channels } => {
                let frames = usize::try_from(packet.dur.get()).unwrap_or(0).min(LONGEST_OPUS_PACKET);
                samples.resize(frames * *channels as usize, 0.0);
                Ok(Some((*channels, OPUS_RATE)))
            }
        }
    }
}

fn decode_by_symphonia(
    decoder: &mut dyn AudioDecoder,
    packet: &Packet,
    samples: &mut Vec<f32>,
) -> Result<Option<(u32, u32)>, Refused> {
    match decoder.decode(packet) {
        Ok(buffer) => {
            buffer.copy_to_vec_interleaved(samples);
            let spec = buffer.spec();
            Ok(Some((spec.channels().count() as u32, spec.rate())))
        }
        Err(Error::DecodeError(_)) => Ok(None),
        Err(error) => Err(refused_by(&error)),
    }
}

const OPUS_RATE: u32 = 48_000;
/// 120 ms, in frames.
const LONGEST_OPUS_PACKET: usize = 5760;

fn decode_opus(
    decoder: &mut ropus::Decoder,
    packet: &Packet,
    channels: u32,
    gain: f32,
    samples: &mut Vec<f32>,
) -> Option<()> {
    let channels = channels as usize;
    samples.resize(LONGEST_OPUS_PACKET * channels, 0.0);
    let frames = decoder.decode_float(&packet.data, samples, ropus::DecodeMode::Normal).ok()?;
    let start = usize::try_from(packet.trim_start.get()).ok()?.min(frames);
    let end = frames.saturating_sub(usize::try_from(packet.trim_end.get()).ok()?).max(start);
    samples.truncate(end * channels);
    samples.drain(..start * channels);
    samples.iter_mut().for_each(|sample| *sample *= gain);
    Some(())
}

/// The header's output gain, which every player applies: a signed number of 256ths of a dB at byte 16 (RFC 7845).
fn output_gain(header: &[u8]) -> f32 {
    let Some([low, high]) = header.get(16..18) else { return 1.0 };
    10f32.powf(f32::from(i16::from_le_bytes([*low, *high])) / 256.0 / 20.0)
}
