//! A little language of operations, read character by character by a machine with states.

use autodiff_runtime::differentiate;

#[derive(Clone, Copy, PartialEq)]
pub enum State {
    Ready,
    Count(u32),
    Apply { times: u32, op: char },
    Stopped,
}

#[differentiate]
pub fn state_machine(x: f64, program: &str) -> f64 {
    let mut state = State::Ready;
    let mut value = x;
    let mut saved = None;
    for c in program.chars() {
        state = match (state, c) {
            (State::Stopped, _) => break,
            (State::Ready | State::Count(_), ' ') => continue,
            (State::Ready, d) if d.is_ascii_digit() => State::Count(d as u32 - '0' as u32),
            (State::Count(n), d @ '0'..='9') => State::Count(10 * n + d as u32 - '0' as u32),
            (State::Count(times), op) => State::Apply { times, op },
            (State::Ready, '!') => State::Stopped,
            (_, op) => State::Apply { times: 1, op },
        };
        if let State::Apply { times, op } = state {
            for _ in 0..times {
                value = match op {
                    's' => value.sin(),
                    'd' => value * 2.0,
                    'x' => value * x,
                    'p' => {
                        saved = Some(value);
                        continue;
                    }
                    'r' => match saved {
                        Some(old) => value + old,
                        None => return value * x,
                    },
                    _ => panic!("unknown operation {op}"),
                };
            }
            state = State::Ready;
        }
    }
    value
}

pub fn points() -> Vec<(f64, String)> {
    let programs = ["2s d", "p 3d r x", "s r", "2d ! s", "", "12x p r"];
    programs.iter().map(|p| (0.9, p.to_string())).collect()
}
