//! A transaction that waits for signatures, in words and numbers.

use crate::client::{NodeClient, RequestBody, Signed, now_ms};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{
    Style, act_name, call_fields, call_text, fields, range_text, terms_text, utc_text,
};
use allonge_contracts::calls::RequestRef;
use allonge_contracts::members::Member;
use allonge_contracts::{Call, Hash, MemberId, PublicKey};
use serde::Serialize;

/// `allonge.transaction-read/1`.
#[derive(Serialize)]
pub struct View {
    id: Hash,
    genesis: Hash,
    actor: MemberId,
    #[serde(with = "allonge_contracts::json::string")]
    valid_until: u64,
    expired: bool,
    memo: String,
    annexes: Vec<Hash>,
    calls: Vec<CallView>,
    signatures: Vec<SignatureView>,
    /// Of the ledger; absent where no node answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    needed: Option<Needed>,
}

#[derive(Serialize)]
struct CallView {
    /// In words.
    does: String,
    /// As it is signed.
    call: Call,
    /// What the ledger says of the request that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<String>,
}

#[derive(Serialize)]
struct SignatureView {
    key: PublicKey,
    /// Whether it is a key of the member; absent where no node answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    of_member: Option<bool>,
}

#[derive(Serialize)]
struct Needed {
    threshold: u8,
    /// How many signatures of the member's keys are missing.
    missing: usize,
    /// The keys that have not signed.
    may_sign: Vec<PublicKey>,
}

impl View {
    /// What the transaction says, and what the ledger knows of who may sign it, if a node answers.
    ///
    /// # Errors
    /// It is made for another network.
    pub async fn of(context: &Context, signed: &Signed) -> Result<View, CliError> {
        let body = &signed.transaction.body;
        let client = context.client()?;
        let known = match client.chain().await {
            Ok(chain) => {
                check_network(signed, &chain.genesis)?;
                match client.member(&body.actor).await {
                    Ok(member) => Some(member),
                    Err(error) => {
                        context
                            .out
                            .note(&format!("who must sign is not known: {error}"));
                        None
                    }
                }
            }
            Err(error) => {
                context
                    .out
                    .note(&format!("who must sign is not known: {error}"));
                None
            }
        };
        let mut calls = Vec::new();
        for call in &body.calls {
            let answers = match &known {
                Some(_) => answered(&client, call).await,
                None => None,
            };
            calls.push(CallView {
                does: call_text(call),
                call: call.clone(),
                answers,
            });
        }
        Ok(View {
            id: signed.id,
            genesis: body.genesis,
            actor: body.actor.clone(),
            valid_until: body.valid_until,
            expired: body.valid_until <= now_ms(),
            memo: body.memo.to_string(),
            annexes: body.annexes.clone(),
            calls,
            signatures: signatures(signed, known.as_ref()),
            needed: known.map(|member| needed(signed, &member)),
        })
    }

    /// As a person reads it.
    pub fn text(&self, style: Style) -> String {
        let mut lines = vec![
            ("transaction", self.id.to_string()),
            ("acts", self.actor.to_string()),
            (
                "valid until",
                if self.expired {
                    style.bad(&format!("{}, which is past", utc_text(self.valid_until)))
                } else {
                    utc_text(self.valid_until)
                },
            ),
        ];
        if !self.memo.is_empty() {
            lines.push(("memo", crate::files::shown(&self.memo, 400)));
        }
        lines.extend(
            self.annexes
                .iter()
                .map(|annex| ("annex", annex.to_string())),
        );
        let mut text = fields(&lines);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        for (i, call) in self.calls.iter().enumerate() {
            text.push_str(&format!("\n{}. {}\n", i + 1, style.bold(&call.does)));
            if let Some(answers) = &call.answers {
                text.push_str(&format!("   {answers}\n"));
            }
            for (name, value) in call_fields(&call.call) {
                text.push_str(&style.dim(&format!("   {name}: {value}")));
                text.push('\n');
            }
        }
        text.push('\n');
        for signature in &self.signatures {
            let whose = match signature.of_member {
                Some(false) => style.bad(" (no key of the member)"),
                _ => String::new(),
            };
            text.push_str(&format!("signed by {}{whose}\n", signature.key));
        }
        match &self.needed {
            Some(needed) if needed.missing == 0 => {
                text.push_str("all signatures are there: send it with `allonge tx submit`\n");
            }
            Some(needed) => {
                text.push_str(&format!("{} more must sign, of:\n", needed.missing));
                for key in &needed.may_sign {
                    text.push_str(&format!("  {key}\n"));
                }
            }
            None => {}
        }
        text
    }
}

/// It is meant for the network that the node is of.
///
/// # Errors
/// `WRONG_CHAIN`.
pub fn check_network(signed: &Signed, genesis: &Hash) -> Result<(), CliError> {
    let made_for = signed.transaction.body.genesis;
    if made_for == *genesis {
        return Ok(());
    }
    Err(CliError::input(
        "WRONG_CHAIN",
        format!("the transaction is made for the network {made_for}, and the node is of {genesis}"),
        "name a node of its network with --node",
    ))
}

fn signatures(signed: &Signed, member: Option<&Member>) -> Vec<SignatureView> {
    let all = signed.transaction.signatures.iter();
    all.map(|approval| SignatureView {
        key: approval.key,
        of_member: member.map(|member| member.keys.contains(&approval.key)),
    })
    .collect()
}

fn needed(signed: &Signed, member: &Member) -> Needed {
    let has = |key: &PublicKey| {
        let mut all = signed.transaction.signatures.iter();
        all.any(|approval| approval.key == *key)
    };
    let there = member.keys.iter().filter(|key| has(key)).count();
    Needed {
        threshold: member.threshold,
        missing: usize::from(member.threshold).saturating_sub(there),
        may_sign: member
            .keys
            .iter()
            .filter(|key| !has(key))
            .copied()
            .collect(),
    }
}

/// What a request asks that a call answers: the call itself names its id and a hash alone.
async fn answered(client: &NodeClient, call: &Call) -> Option<String> {
    let (request, terms) = match call {
        Call::Agree(c) => (c.request, Some(c.terms)),
        Call::Refuse(c) => (c.request, Some(c.terms)),
        Call::AcceptPart(c) => (c.request, Some(c.terms)),
        Call::Withdraw(c) => (c.request, None),
        _ => return None,
    };
    let RequestRef::Id(id) = request else {
        return None;
    };
    let RequestBody { request: view, .. } = match client.request(&id).await {
        Ok(answer) => answer.body,
        Err(error) => return Some(format!("what it asks is not known: {error}")),
    };
    let asked = &view.request;
    let mut text = format!(
        "{} asks {} for {}: lot {} of {}",
        asked.from,
        asked.to,
        act_name(&asked.terms),
        range_text(asked.range, view.money.currency),
        asked.instrument,
    );
    let more = terms_text(&asked.terms);
    if !more.is_empty() {
        text.push_str(&format!(", {more}"));
    }
    if terms.is_some_and(|terms| terms != view.terms_hash) {
        text.push_str("; its terms are NOT those that this call names, and it will be rejected");
    }
    Some(text)
}
