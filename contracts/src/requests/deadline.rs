//! Until when a request waits.

use crate::codes::Code;
use crate::date::Date;
use crate::outcome::Failure;
use crate::run::Run;

/// The day at whose close a request lapses: as asked, or the latest allowed. Its close must be still to come.
pub(crate) fn answer_by(
    run: &Run<'_, '_>,
    asked: Option<Date>,
    latest: Date,
) -> Result<Date, Failure> {
    let earliest = run.next_close();
    let chosen = asked.unwrap_or(latest);
    if chosen < earliest || chosen > latest {
        return Err(Failure::of(Code::AnswerByWrong)
            .fact("answer_by", chosen)
            .fact("earliest", earliest)
            .fact("latest", latest));
    }
    Ok(chosen)
}
