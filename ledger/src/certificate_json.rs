//! Certificates in JSON: `{"height": "5", "round": 0, "block": hex, "signatures": [{"key": hex, "signature": hex}]}`.

use crate::certificate::Certificate;
use allonge_contracts::{Hash, PublicKey, Signature};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    round: u32,
    block: Hash,
    signatures: Vec<Signed>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    key: PublicKey,
    signature: Signature,
}

impl Serialize for Certificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let signatures = self
            .signatures
            .iter()
            .map(|(key, signature)| Signed {
                key: *key,
                signature: *signature,
            })
            .collect();
        Form {
            height: self.height,
            round: self.round,
            block: self.block,
            signatures,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form::deserialize(deserializer)?;
        Ok(Certificate {
            height: form.height,
            round: form.round,
            block: form.block,
            signatures: form
                .signatures
                .into_iter()
                .map(|signed| (signed.key, signed.signature))
                .collect(),
        })
    }
}
