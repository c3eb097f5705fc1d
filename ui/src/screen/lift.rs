//! Louder than an element's full volume: both elements through a gain node each, once a quiet song needs it.
//!
//! An element that was joined to an audio context sounds through it for ever, and only while the context runs. So they are
//! joined late, and only to a context that the browser lets run; until then a quiet song stays as quiet as it is.

use crate::shared::listen::Listener;
use std::cell::{OnceCell, RefCell};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioContext, AudioContextState, AudioNode, GainNode, HtmlAudioElement};

/// The way of two elements through gain nodes.
#[derive(Default)]
pub(super) struct Lift {
    context: OnceCell<AudioContext>,
    gains: OnceCell<[GainNode; 2]>,
    listener: RefCell<Option<Listener>>,
}

impl Lift {
    /// Asks the browser to let the context run; within a touch it does so where it didn't before. False: it doesn't.
    pub(super) async fn start(&self) -> bool {
        let Some(context) = self.context() else { return false };
        let Ok(started) = context.resume() else { return false };
        JsFuture::from(started).await.is_ok() && context.state() == AudioContextState::Running
    }

    /// Joins the elements to the context, which must run. `changed` is called when it stops or runs again.
    pub(super) fn join(&self, elements: &[HtmlAudioElement; 2], changed: impl Fn() + 'static) {
        if self.gains.get().is_some() {
            return;
        }
        let Some(context) = self.context() else { return };
        let [first, second] = elements;
        let (Ok(first), Ok(second)) = (joined(context, first), joined(context, second)) else { return };
        if self.gains.set([first, second]).is_ok() {
            *self.listener.borrow_mut() = Some(Listener::new(context.as_ref(), "statechange", move |_| changed()));
        }
    }

    /// False while the elements make no sound because the context doesn't run.
    pub(super) fn is_audible(&self) -> bool {
        self.gains.get().is_none() || self.context().is_some_and(|c| c.state() == AudioContextState::Running)
    }

    /// How many times as loud as its element an element's sound is; 1 without a node.
    pub(super) fn gain(&self, which: usize) -> f32 {
        self.gains.get().map_or(1.0, |gains| gains[which].gain().value())
    }

    /// Sets that; false without a node.
    pub(super) fn set_gain(&self, which: usize, gain: f32) -> bool {
        let Some(gains) = self.gains.get() else { return false };
        gains[which].gain().set_value(gain);
        true
    }

    fn context(&self) -> Option<&AudioContext> {
        if self.context.get().is_none() {
            // `None` where the browser has no Web Audio: what needs no lift plays without.
            let _ = self.context.set(AudioContext::new().ok()?);
        }
        self.context.get()
    }
}

fn joined(context: &AudioContext, element: &HtmlAudioElement) -> Result<GainNode, JsValue> {
    let source = context.create_media_element_source(element)?;
    let gain = context.create_gain()?;
    let out: AudioNode = context.destination().unchecked_into();
    source.connect_with_audio_node(&gain)?.connect_with_audio_node(&out)?;
    Ok(gain)
}
