//! What happened in governance.

use crate::coded::coded_structs;
use crate::codes::Code;
use crate::date::Date;
use crate::gov::{Action, ProposalStatus};
use crate::hash::RequestId;
use crate::instruments::{InstrumentNumber, LotRange};
use crate::member_id::MemberId;
use crate::members::Role;
use crate::money::Money;
use crate::nodes::{Node, ValidatorChange};
use crate::text::Text;

coded_structs! {
    /// Changes were proposed.
    pub struct GovProposed { /// The proposal.
        pub proposal: RequestId, /// Its number.
        #[serde(with = "crate::json::string")]
        pub number: u64, /// By whom.
        pub by: MemberId, /// The changes.
        pub actions: Vec<Action>, /// It lapses at the close of this day.
        pub deadline: Date }
    /// A member voted.
    pub struct GovVoted { /// The proposal.
        pub proposal: RequestId, /// Who.
        pub by: MemberId, /// For it, or against.
        pub approve: bool, /// Why.
        pub reason: Text<256> }
    /// A proposal was taken back.
    pub struct GovWithdrawn { /// The proposal.
        pub proposal: RequestId, /// By whom.
        pub by: MemberId }
    /// Enough have approved.
    pub struct GovCarried { /// The proposal.
        pub proposal: RequestId }
    /// A proposal ended.
    pub struct GovEnded { /// The proposal.
        pub proposal: RequestId, /// What came of it.
        pub status: ProposalStatus, /// Why it failed.
        pub failure: Option<Code> }
    /// A member has other roles.
    pub struct RolesChanged { /// Who.
        pub member: MemberId, /// All its roles.
        pub roles: Vec<Role> }
    /// A member whose keys were all gone has new ones.
    pub struct MemberRecovered { /// Who.
        pub member: MemberId, /// Who proposed it.
        pub by: MemberId, /// The order's number.
        pub order: Text<64> }
    /// Cash went back by consent of both sides.
    pub struct CashCorrected { /// Who had it.
        pub from: MemberId, /// Who has it.
        pub to: MemberId, /// How much.
        pub money: Money }
    /// A lot went back by consent of both sides.
    pub struct LotCorrected { /// The bill or certificate.
        pub instrument: InstrumentNumber, /// The lot.
        pub lot: LotRange, /// Who held it.
        pub from: MemberId, /// Who holds it.
        pub to: MemberId }
    /// A node is on the list, or is found elsewhere.
    pub struct NodeListed { /// As it is, or as a validator that joins will be.
        pub node: Node }
    /// An observer left the list.
    pub struct NodeDelisted { /// Its name.
        pub name: Text<32> }
    /// A change of the validators is decided.
    pub struct ValidatorsScheduled { /// What, and from which height on.
        pub change: ValidatorChange }
    /// Other validators vote from this block on.
    pub struct ValidatorsChanged { /// How many.
        pub validators: u32, /// Their power together.
        #[serde(with = "crate::json::string")]
        pub power: u64 }
    /// The next version of the protocol is decided.
    pub struct ProtocolScheduled { /// Which.
        pub version: u32, /// From this height on.
        #[serde(with = "crate::json::string")]
        pub height: u64 }
    /// Another version of the protocol holds from this block on.
    pub struct ProtocolActivated { /// Which.
        pub version: u32 }
}
