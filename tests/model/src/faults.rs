//! The rules that an act breaks.

/// The names of the codes of all rules that an act breaks; at least one.
pub type Broken = Vec<&'static str>;

/// Collects broken rules.
#[derive(Default)]
pub struct Faults(Broken);

impl Faults {
    /// None yet.
    pub fn new() -> Faults {
        Faults::default()
    }

    /// Takes note of a code where its rule is broken.
    pub fn when(&mut self, broken: bool, code: &'static str) {
        if broken && !self.0.contains(&code) {
            self.0.push(code);
        }
    }

    /// Takes note of a code where its rule does not hold.
    pub fn unless(&mut self, holds: bool, code: &'static str) {
        self.when(!holds, code);
    }

    /// One more that is broken; nothing further can be looked at.
    pub fn and(mut self, code: &'static str) -> Broken {
        self.when(true, code);
        self.0
    }

    /// All that is broken; nothing further can be looked at.
    pub fn all(self) -> Broken {
        self.0
    }

    /// Whether the act may go on.
    pub fn end(self) -> Result<(), Broken> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }
}
