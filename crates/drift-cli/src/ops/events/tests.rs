use std::sync::Mutex;

use super::{Event, EventSink, Phase, Unit};

#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl EventSink for Recorder {
    fn on(&self, event: Event<'_>) {
        self.0.lock().unwrap().push(match event {
            Event::Start { phase, total, .. } => format!("start {phase} {total:?}"),
            Event::Advance(by) => format!("+{by}"),
            Event::Finish => "finish".to_owned(),
            Event::Warning(warning) => warning.message,
            Event::Note(text) => text.to_owned(),
        });
    }
}

#[test]
fn a_phase_ends_when_it_is_dropped_and_never_goes_back() {
    let recorder = Recorder::default();
    let fail = || -> Result<(), ()> {
        let phase = Phase::start(&recorder, "hashing", Some(10), Unit::Items);
        phase.reach(4);
        phase.reach(3);
        phase.reach(6);
        phase.advance(1);
        Err(())
    };
    assert!(fail().is_err());
    assert_eq!(*recorder.0.lock().unwrap(), ["start hashing Some(10)", "+4", "+2", "+1", "finish"]);
}
