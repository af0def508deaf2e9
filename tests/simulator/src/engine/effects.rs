//! What the engine's actor does with each effect.

use super::{Act, Halt, Todo, halted, now};
use crate::disk::Wal;
use crate::host::Host;
use crate::memo::Memo;
use crate::wire::Message;
use allonge_node::consensus::core::{
    Context, Ed25519Signer, Proposals, Stand, certificate, evidence, proposed_value,
};
use allonge_node::consensus::{AppStopped, StartHeight};
use arc_malachitebft_app_channel::app::consensus as core;
use arc_malachitebft_app_channel::app::types::core::{
    LinearTimeouts, SignedMessage, TimeoutKind, ValueOrigin,
};
use arc_malachitebft_signing::{Signer, Verifier, VerifierExt};
use core::{ConsensusMsg, Effect, Resumable, Resume, SignedConsensusMsg};
use std::collections::VecDeque;
use std::time::Duration;

/// What the effects of an input need.
pub(super) struct Hands<'a> {
    pub(super) host: &'a Host,
    pub(super) wal: &'a mut Wal,
    pub(super) memo: &'a Memo,
    pub(super) signer: &'a Ed25519Signer,
    pub(super) proposals: &'a mut Proposals,
    pub(super) stand: &'a Option<(StartHeight, bool)>,
    pub(super) timeouts: LinearTimeouts,
    pub(super) recovering: bool,
    pub(super) acts: &'a mut Vec<Act>,
    pub(super) todo: &'a mut VecDeque<Todo>,
    pub(super) fuse: &'a mut Option<u32>,
}

impl Hands<'_> {
    fn flush(&mut self) {
        if !self.recovering {
            self.wal.flush();
        }
    }

    /// Carries an effect out, in the order in which the engine's actor does.
    pub(super) fn effect(&mut self, effect: Effect<Context>) -> Result<Resume<Context>, Halt> {
        if let Some(left) = self.fuse {
            match left.checked_sub(1) {
                Some(less) => *left = less,
                None => return Err(Halt::Killed),
            }
        }
        let stopped = |_: AppStopped| halted(self.host);
        Ok(match effect {
            Effect::CancelAllTimeouts(r) => {
                self.acts.push(Act::CancelAll);
                r.resume_with(())
            }
            Effect::CancelTimeout(timeout, r) => {
                self.acts.push(Act::Cancel(timeout));
                r.resume_with(())
            }
            Effect::ScheduleTimeout(timeout, r) => {
                let duration = match timeout.kind {
                    TimeoutKind::FinalizeHeight(_) => Duration::ZERO,
                    _ => self.timeouts.duration_for(timeout),
                };
                self.acts.push(Act::Timer(timeout, duration));
                r.resume_with(())
            }
            Effect::StartRound(height, round, _, _, r) => {
                self.flush();
                let number = round.as_u32().unwrap_or_default();
                let mut blocks = self.host.proposed(height.0, number);
                if let Some((start, decided)) = self.stand {
                    let stand = Stand {
                        start,
                        decided: *decided,
                    };
                    let kept = now(self.proposals.start_round(self.host, stand, number));
                    blocks.extend(kept.map_err(stopped)?);
                }
                let values = blocks.into_iter().map(proposed_value);
                self.todo
                    .extend(values.map(|value| Todo::Value(value, ValueOrigin::Consensus)));
                r.resume_with(())
            }
            Effect::SignProposal(proposal, r) => {
                let signed = now(self.signer.sign_proposal(proposal));
                r.resume_with(signed.map_err(|error| Halt::Fatal(error.to_string()))?)
            }
            Effect::SignVote(vote, r) => {
                let signed = now(self.signer.sign_vote(vote));
                r.resume_with(signed.map_err(|error| Halt::Fatal(error.to_string()))?)
            }
            Effect::VerifySignature(message, key, r) => r.resume_with(self.verify(&message, &key)),
            Effect::VerifyCommitCertificate(certificate, set, thresholds, r) => r.resume_with(now(
                self.memo
                    .verify_commit_certificate(&Context, &certificate, &set, thresholds),
            )),
            Effect::VerifyExtendedCommitCertificate(certificate, set, thresholds, policy, r) => r
                .resume_with(now(self.memo.verify_extended_commit_certificate(
                    &Context,
                    &certificate,
                    &set,
                    thresholds,
                    policy,
                ))),
            Effect::VerifyPolkaCertificate(certificate, set, thresholds, r) => r.resume_with(now(
                self.memo
                    .verify_polka_certificate(&Context, &certificate, &set, thresholds),
            )),
            Effect::VerifyRoundCertificate(certificate, set, thresholds, r) => r.resume_with(now(
                self.memo
                    .verify_round_certificate(&Context, &certificate, &set, thresholds),
            )),
            Effect::ExtendVote(.., r) => r.resume_with(None),
            Effect::VerifyVoteExtension(.., r) => r.resume_with(Ok(())),
            Effect::PublishConsensusMsg(message, r) => {
                self.flush();
                self.acts.push(Act::Send(match message {
                    SignedConsensusMsg::Vote(vote) => Message::Vote(vote),
                    SignedConsensusMsg::Proposal(proposal) => Message::Proposal(proposal),
                }));
                r.resume_with(())
            }
            Effect::PublishLivenessMsg(message, r) => {
                self.acts.push(Act::Send(match message {
                    core::LivenessMsg::Vote(vote) => Message::Vote(vote),
                    core::LivenessMsg::PolkaCertificate(polka) => Message::Polka(polka),
                    core::LivenessMsg::SkipRoundCertificate(round) => Message::Round(round),
                }));
                r.resume_with(())
            }
            Effect::RepublishVote(vote, r) => {
                self.acts.push(Act::Send(Message::Vote(vote)));
                r.resume_with(())
            }
            Effect::RepublishRoundCertificate(round, r) => {
                self.acts.push(Act::Send(Message::Round(round)));
                r.resume_with(())
            }
            Effect::GetValue(height, round, _, r) => {
                let number = round.as_u32().unwrap_or_default();
                self.todo.push_back(Todo::Build(height.0, number));
                r.resume_with(())
            }
            Effect::RestreamProposal(height, round, valid_round, proposer, block, r) => {
                if let Some(number) = round.as_u32() {
                    let valid_round = valid_round.as_u32();
                    self.todo.push_back(Todo::Restream(
                        height.0,
                        number,
                        valid_round,
                        proposer,
                        block.0,
                    ));
                }
                r.resume_with(())
            }
            Effect::Decide(from, _, r) => {
                self.flush();
                let decided = certificate(&from)
                    .ok_or_else(|| Halt::Fatal("the engine decided without a round".to_owned()))?;
                self.todo.push_back(Todo::Decided(decided));
                r.resume_with(())
            }
            Effect::Finalize(_, _, seen, r) => {
                self.todo.push_back(Todo::Finalized(evidence(&seen)));
                r.resume_with(())
            }
            Effect::CertVerifiedSyncValue(value, proposer, r) => {
                self.todo.push_back(Todo::Synced(value, proposer));
                r.resume_with(())
            }
            Effect::CertRejectedSyncValue(_, _, _, r) => r.resume_with(()),
            Effect::WalAppend(height, entry, r) => {
                if !self.recovering {
                    self.wal.append(height.0, entry);
                }
                r.resume_with(())
            }
        })
    }

    fn verify(
        &self,
        message: &SignedMessage<Context, ConsensusMsg<Context>>,
        key: &ed25519_dalek::VerifyingKey,
    ) -> bool {
        let verified = match &message.message {
            ConsensusMsg::Vote(vote) => {
                now(self.memo.verify_signed_vote(vote, &message.signature, key))
            }
            ConsensusMsg::Proposal(proposal) => {
                now(self
                    .memo
                    .verify_signed_proposal(proposal, &message.signature, key))
            }
        };
        verified.is_ok_and(|result| result.is_valid())
    }
}
