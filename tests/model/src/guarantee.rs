//! Guarantee (rule book 2.2, 2.6; NIL 45–52).

use crate::book::{Circulation, Place, Profile, Role, Status, Terms, What, Who, World};
use crate::days::Day;
use crate::faults::{Broken, Faults};

const GUARANTORS: &[Role] = &[
    Role::Bank,
    Role::FinanceCompany,
    Role::Guarantor,
    Role::Enterprise,
];

impl World {
    pub fn request_guarantee(
        &mut self,
        who: Who,
        place: Place,
        guarantor: Who,
        ward: Option<Who>,
        answer_by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        self.check_role(&mut no, guarantor, GUARANTORS);
        self.check_active(&mut no, guarantor);
        no.when(guarantor == who, "SELF_DEALING");
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        let (bill, lot) = (&self.bills[b], self.lot(b, l));
        let maturity = bill.maturity;
        let asker = match lot.status {
            Status::Issued => bill.drawer,
            Status::Accepted => bill.acceptor,
            _ => lot.holder,
        };
        no.unless(asker == who, "WRONG_PARTY");
        no.when(guarantor == lot.holder, "SELF_DEALING");
        self.check_free(&mut no, lot);
        let stands = matches!(
            lot.circulation,
            Circulation::AwaitingReceipt | Circulation::Circulable | Circulation::NotTransferable
        );
        no.unless(stands, "WRONG_STATE");
        let ward = match (bill.profile, ward) {
            (Profile::Prc, Some(named)) => {
                no.when(named != asker, "INVALID_ARGUMENT");
                asker
            }
            (Profile::Prc, None) => asker,
            (Profile::Geneva, Some(named)) => {
                let signed = self.signed(b, l);
                let liable = signed
                    .iter()
                    .any(|s| s.who == named && (s.liable || s.ward.is_some()));
                no.unless(liable || named == who, "NOT_LIABLE");
                named
            }
            (Profile::Geneva, None) => bill.drawer,
        };
        no.when(guarantor == ward, "SELF_DEALING");
        if bill.profile == Profile::Prc {
            let liable = self
                .signed(b, l)
                .iter()
                .any(|s| s.who == guarantor && (s.liable || s.ward.is_some()));
            no.when(liable, "ALREADY_LIABLE");
        }
        self.check_part(&mut no, b, l, place.part);
        no.when(self.day >= maturity, "MATURED");
        let by = self.check_answer_by(&mut no, answer_by, maturity - 1);
        no.end()?;
        self.cut(b, l, place.part);
        Ok(self.ask((b, l), who, guarantor, Terms::Guarantee { ward }, Some(by)))
    }

    /// The guarantor is liable as its ward.
    pub(crate) fn guarantee(&mut self, (b, l): (usize, usize), guarantor: Who, ward: Who) {
        let what = What::Guaranteed { ward };
        self.record((b, l), what, Some(guarantor), None);
    }
}
