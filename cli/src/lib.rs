//! How people use Allonge: the command line tool, and the library behind it.
//!
//! [`client`] talks to nodes, [`keystore`] keeps keys in files, [`invoice`] reads UBL invoices;
//! [`main`] is the program.

pub mod client;
pub mod invoice;
pub mod keystore;
pub mod parse;
