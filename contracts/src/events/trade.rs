//! What happened to trade papers.

use crate::coded::coded_structs;
use crate::codes::Code;
use crate::hash::{Hash, RequestId};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::requests::Request;
use crate::trade::{Attestation, Condition, Draw, InvoiceClaim, Paper};

coded_structs! {
    /// A trade paper came on record.
    pub struct PaperRecorded { /// The paper.
        pub paper: Paper }
    /// A financing draws on an invoice.
    pub struct BackingDrawn { /// The invoice.
        pub paper: Hash, /// The draw.
        pub draw: Draw }
    /// A financing came to nothing: what it drew is free again.
    pub struct BackingFreed { /// The invoice.
        pub paper: Hash, /// The draw as it was.
        pub draw: Draw }
    /// A credit note left an invoice with less value than is drawn on it.
    pub struct PaperOverBacked { /// The invoice.
        pub paper: Hash, /// Who issued it.
        pub seller: MemberId, /// Who owes it.
        pub buyer: MemberId, /// What it is worth now.
        pub worth: Money, /// What is drawn on it.
        pub drawn: Money }
    /// Alert: an invoice behind a financing is over-backed.
    pub struct BackingShort { /// The invoice.
        pub paper: Hash, /// The draw that it may not cover.
        pub draw: Draw, /// Who has financed by it, where that is one member: of a claim its holder.
        pub funder: Option<MemberId> }
    /// The buyer or an attestor said of a paper that it is so or not.
    pub struct PaperAttested { /// The paper.
        pub paper: Hash, /// What was said.
        pub attestation: Attestation }
    /// An invoice was pledged or assigned.
    pub struct InvoiceClaimed { /// The claim.
        pub claim: InvoiceClaim }
    /// A claim on an invoice ended.
    pub struct ClaimReleased { /// The claim as it ended.
        pub claim: InvoiceClaim }
    /// A condition was set.
    pub struct ConditionSet { /// The condition.
        pub condition: Condition }
    /// A condition was attested.
    pub struct ConditionFulfilled { /// The condition.
        pub condition: Condition }
    /// Nobody attested a condition in time.
    pub struct ConditionLapsed { /// The condition.
        pub condition: Condition }
    /// A request waits for a condition.
    pub struct Escrowed { /// The request with its new terms.
        pub request: Request }
    /// A request that waits for a condition was agreed: both sides are bound.
    pub struct EscrowAgreed { /// The request.
        pub request: RequestId, /// The condition.
        pub condition: RequestId, /// Who asked.
        pub from: MemberId, /// Who agreed.
        pub to: MemberId }
    /// A condition was attested, but what was agreed cannot be carried out: the request is to be agreed anew.
    pub struct EscrowFailed { /// The request.
        pub request: RequestId, /// The condition.
        pub condition: RequestId, /// Why it cannot.
        pub code: Code }
}
