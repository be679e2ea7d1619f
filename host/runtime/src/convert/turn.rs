//! Turns and answers.

use bindings::mainsheet::stage::stage::{Answer as WitAnswer, Turn as WitTurn};
use domain::plugin::call::Turn;
use domain::stage::Answer;

use super::{failure, meta};

/// To the contract.
pub(crate) fn to_wit(turn: &Turn<'_>) -> WitTurn {
    let Turn { meta, kind, config, context, answers, pending, state } = turn;
    WitTurn {
        meta: meta::to_wit(meta),
        stage_type: (*kind).to_owned(),
        config: config.text().to_owned(),
        context: context.text().to_owned(),
        answers: answers.iter().map(answer).collect(),
        pending: pending.iter().map(|label| label.as_str().to_owned()).collect(),
        state: state.map(<[u8]>::to_vec),
    }
}

fn answer(answer: &Answer) -> WitAnswer {
    let Answer { label, at, by, outcome } = answer;
    WitAnswer {
        label: label.as_str().to_owned(),
        at: at.as_f64(),
        by: by.clone(),
        outcome: match outcome {
            Ok(value) => Ok(value.text().to_owned()),
            Err(reason) => Err(failure::to_wit(reason.clone())),
        },
    }
}
