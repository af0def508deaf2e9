//! Real nodes whose machines fail them: disks that are full, read-only or flip bits, clocks that are set back, time
//! that stands still; and nodes restarted one after the other under load. The client's own synced log decides.

mod clock;
mod disk;
mod files;
mod mount;
mod payers;
mod slow;
mod upgrade;
