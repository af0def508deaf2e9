//! A bill or a certificate, as far as acts on their lots are alike.

use super::ClientError;
use super::node::NodeClient;
use super::types::{At, BillBody, CertificateBody, RequestView};
use allonge_contracts::instruments::{InstrumentKind, InstrumentNumber, Lot};
use allonge_contracts::{Currency, Money};

/// What is needed to find the lot or request that is meant.
#[derive(Clone, Debug, PartialEq)]
pub struct PaperBody {
    /// Its number.
    pub number: InstrumentNumber,
    /// Its sum.
    pub sum: Money,
    /// Its lots, ascending.
    pub lots: Vec<Lot>,
    /// The live requests on those lots.
    pub requests: Vec<RequestView>,
}

impl PaperBody {
    /// The currency of all its amounts.
    pub const fn currency(&self) -> Currency {
        self.sum.currency
    }

    /// The command that shows it.
    pub fn shown_by(&self) -> String {
        shown_by(&self.number)
    }
}

/// The command that shows an instrument.
pub fn shown_by(number: &InstrumentNumber) -> String {
    let noun = match number.kind() {
        InstrumentKind::Bill => "bill",
        InstrumentKind::Certificate => "receivable",
    };
    format!("`allonge {noun} show {number}`")
}

impl From<BillBody> for PaperBody {
    fn from(body: BillBody) -> Self {
        PaperBody {
            number: body.bill.number,
            sum: body.bill.sum,
            lots: body.lots,
            requests: body.requests,
        }
    }
}

impl From<CertificateBody> for PaperBody {
    fn from(body: CertificateBody) -> Self {
        PaperBody {
            number: body.certificate.number,
            sum: body.certificate.sum,
            lots: body.lots,
            requests: body.requests,
        }
    }
}

impl NodeClient {
    /// A bill or a certificate with all its lots and live requests.
    ///
    /// # Errors
    /// `Refused` where there is none (see [`ClientError::is_not_found`]); `NoNode`, `BadAnswer`.
    pub async fn paper(&self, number: &InstrumentNumber) -> Result<At<PaperBody>, ClientError> {
        Ok(match number.kind() {
            InstrumentKind::Bill => {
                let found = self.bill(number).await?;
                At {
                    height: found.height,
                    body: found.body.into(),
                }
            }
            InstrumentKind::Certificate => {
                let found = self.certificate(number).await?;
                At {
                    height: found.height,
                    body: found.body.into(),
                }
            }
        })
    }
}
