//! The conductor against a naive model: random commands, and what must hold after each of them.

mod books;
mod cases;
mod house;
mod laws;

use crate::api::Report;
use crate::play::BreakCause;
use house::{Command, House, Memory};
use proptest::prelude::*;

fn reports() -> impl Strategy<Value = Report> {
    let causes =
        prop::sample::select(vec![BreakCause::File, BreakCause::Device, BreakCause::Closed, BreakCause::EndedEarly]);
    prop_oneof![
        4 => (0_i64..60_000).prop_map(|position_ms| Report::Started { position_ms }),
        2 => Just(Report::Heard),
        4 => Just(Report::Finished),
        2 => (0_i64..400_000, causes).prop_map(|(position_ms, cause)| Report::Broke { position_ms, cause }),
        2 => Just(Report::Dropped),
    ]
}

fn memories() -> impl Strategy<Value = Memory> {
    prop::sample::select(vec![Memory::Nothing, Memory::WhatSounds, Memory::AnotherAttempt])
}

fn commands() -> impl Strategy<Value = Command> {
    let spans = prop::sample::select(vec![50_i64, 5_000, 31_000, 200_000, 400_000, 601_000, 1_500_000]);
    prop_oneof![
        8 => (0..4_usize, 0..12_usize, any::<bool>(), 0..8_u32, 0..10_u8)
            .prop_map(|(who, song, sooner, price, late)| Command::Ask { who, song, sooner, price, late: late == 0 }),
        1 => any::<usize>().prop_map(Command::AskAgain),
        2 => (any::<usize>(), 0..4_usize).prop_map(|(play, who)| Command::TakeBack { play, who }),
        1 => any::<usize>().prop_map(Command::Skip),
        1 => any::<bool>().prop_map(Command::Pause),
        1 => any::<usize>().prop_map(Command::StopAfter),
        1 => Just(Command::SoundOff),
        1 => (0..120_u8).prop_map(Command::Volume),
        3 => (0..2_usize, memories()).prop_map(|(screen, memory)| Command::Claim { screen, memory }),
        8 => (any::<usize>(), reports(), 0..3_i64, 0..8_i64, 0..90_000_i64)
            .prop_map(|(play, report, older, wrong, age_ms)| Command::Report { play, report, older, wrong: wrong == 0, age_ms }),
        2 => any::<usize>().prop_map(Command::Repeat),
        8 => Just(Command::PlayOn),
        2 => Just(Command::LetGo),
        5 => Just(Command::Beat),
        4 => spans.prop_map(Command::Later),
        3 => Just(Command::Wake),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_conductor_keeps_its_laws(
        steps in prop::collection::vec(commands(), 1..120),
        price in prop::sample::select(vec![0_u32, 2]),
        closes in prop::option::of(600_000_i64..6_000_000),
    ) {
        let mut house = House::new(price, closes);
        house.run(Command::Claim { screen: 0, memory: Memory::Nothing })?;
        for step in steps {
            house.run(step)?;
        }
        house.goes_dark()?;
    }
}
