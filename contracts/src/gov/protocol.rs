//! Which version of the protocol holds, and from when on the next one does.

use crate::codes::Code;
use crate::events::{ProtocolActivated, ProtocolScheduled};
use crate::gov::actions::ActivateProtocol;
use crate::gov::apply::height_of;
use crate::gov::read::protocol_in;
use crate::outcome::Failure;
use crate::run::Run;
use crate::state::{Overlay, StateFault};
use crate::tables::{ALL, PROTOCOL};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// The version with which a network starts unless genesis says otherwise.
pub const FIRST_PROTOCOL: u32 = 1;

/// The latest version that these rules know. Version 2 brings corrections by consent.
pub const LATEST_PROTOCOL: u32 = 2;

/// The version from which on errors may be corrected by consent.
pub(crate) const CORRECTIONS: u32 = 2;

/// The version of the protocol in force, and what is scheduled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// The version of the last block.
    pub version: u32,
    /// What comes next.
    pub scheduled: Option<ScheduledProtocol>,
}

/// A version that is to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduledProtocol {
    /// Which.
    pub version: u32,
    /// From this height on.
    #[serde(with = "crate::json::string")]
    pub height: u64,
}

impl Protocol {
    /// The version by which the block of this height is executed, by what is decided now.
    pub fn at(&self, height: u64) -> u32 {
        match &self.scheduled {
            Some(next) if next.height <= height => next.version,
            _ => self.version,
        }
    }
}

/// The version at height 0.
pub(crate) fn write(state: &mut Overlay<'_>, version: u32) -> Result<(), StateFault> {
    let protocol = Protocol {
        version,
        scheduled: None,
    };
    PROTOCOL.put(state, ALL, &[], &protocol)
}

/// Refuses what only a later version of the protocol knows.
pub(crate) fn require(run: &Run<'_, '_>, least: u32) -> Result<(), Failure> {
    let version = protocol_in(run.state)?.version;
    if version < least {
        return Err(Failure::of(Code::ProtocolTooOld)
            .fact("have", u64::from(version))
            .fact("need", u64::from(least)));
    }
    Ok(())
}

impl ActivateProtocol {
    pub(super) fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        let mut protocol = protocol_in(run.state)?;
        if let Some(next) = &protocol.scheduled {
            return Err(Failure::of(Code::ChangePending)
                .fact("version", u64::from(next.version))
                .fact("height", next.height));
        }
        let next = protocol.version.saturating_add(1);
        if self.version != next {
            return Err(Failure::of(Code::VersionWrong)
                .fact("have", u64::from(protocol.version))
                .fact("next", u64::from(next)));
        }
        let height = height_of(run, self.height)?;
        protocol.scheduled = Some(ScheduledProtocol {
            version: self.version,
            height,
        });
        PROTOCOL.put(run.state, ALL, &[], &protocol)?;
        run.emit(ProtocolScheduled {
            version: self.version,
            height,
        });
        Ok(())
    }
}

/// At the start of a block: the version scheduled for its height holds.
pub(crate) fn activate_due(run: &mut Run<'_, '_>) -> Result<(), StateFault> {
    let protocol = protocol_in(run.state)?;
    let version = protocol.at(run.block.height);
    if version != protocol.version {
        write(run.state, version)?;
        run.emit(ProtocolActivated { version });
    }
    Ok(())
}
