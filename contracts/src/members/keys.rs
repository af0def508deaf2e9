//! A member's keys and threshold.

use crate::calls::RotateKeys;
use crate::codes::Code;
use crate::events::KeysRotated;
use crate::hash::PublicKey;
use crate::members::{Member, acting, write_member};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};

/// Most keys that a member can have.
pub(crate) const MAX_KEYS: usize = 16;

/// 1 to 16 keys, ascending and unique.
pub(crate) fn check_keys(keys: &[PublicKey]) -> Result<(), Failure> {
    let ascending = keys.iter().zip(keys.iter().skip(1)).all(|(a, b)| a < b);
    if keys.is_empty() || keys.len() > MAX_KEYS || !ascending {
        return Err(Failure::argument("keys"));
    }
    Ok(())
}

/// A threshold that the keys can meet.
pub(crate) fn check_threshold(threshold: u8, keys: &[PublicKey]) -> Result<(), Failure> {
    if threshold == 0 || usize::from(threshold) > keys.len() {
        return Err(Failure::of(Code::ThresholdWrong)
            .fact("threshold", u64::from(threshold))
            .fact("keys", u64::try_from(keys.len()).unwrap_or(u64::MAX)));
    }
    Ok(())
}

impl Act for RotateKeys {
    type Checked = Member;

    fn check_stateless(&self) -> Result<(), Failure> {
        check_keys(&self.keys)?;
        check_threshold(self.threshold, &self.keys)
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Member, Failure> {
        Ok(acting(run.state, caller.actor)?)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        mut member: Member,
    ) -> Result<CallResult, Failure> {
        member.keys.clone_from(&self.keys);
        member.threshold = self.threshold;
        write_member(run.state, &member)?;
        run.emit(KeysRotated {
            member: caller.actor.clone(),
        });
        Ok(CallResult::Done)
    }
}
