//! What waits for the core thread: the engine's questions first, then what clients and peers submit.

use super::core::{Core, Failure};
use super::lock;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Something for the core thread to do. An error stops the node.
pub type Job = Box<dyn FnOnce(&mut Core) -> Result<(), Failure> + Send>;

/// Far more than the engine, which asks one thing at a time, and the API's readers need.
const QUESTIONS: usize = 10_000;

#[derive(Default)]
struct Queues {
    questions: VecDeque<Job>,
    submissions: VecDeque<Job>,
    closed: bool,
}

/// Two bounded queues.
pub struct Inbox {
    queues: Mutex<Queues>,
    ready: Condvar,
    submissions: usize,
}

/// Why a job was not taken. It is dropped, and with it whoever waits for its answer hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// The queue is full.
    Full,
    /// The node is stopping.
    Closed,
}

/// What comes next.
pub enum Next {
    /// A job.
    Job(Job),
    /// None came in time.
    Nothing,
    /// The node is stopping.
    Closed,
}

impl Inbox {
    pub fn new(submissions: usize) -> Self {
        Inbox {
            queues: Mutex::new(Queues::default()),
            ready: Condvar::new(),
            submissions,
        }
    }

    /// Adds a question of the engine or of a reader.
    pub fn ask(&self, job: Job) -> Result<(), NotTaken> {
        self.push(job, QUESTIONS, |queues| &mut queues.questions)
    }

    /// Adds a submission.
    pub fn submit(&self, job: Job) -> Result<(), NotTaken> {
        self.push(job, self.submissions, |queues| &mut queues.submissions)
    }

    fn push(
        &self,
        job: Job,
        most: usize,
        queue: fn(&mut Queues) -> &mut VecDeque<Job>,
    ) -> Result<(), NotTaken> {
        let mut queues = lock(&self.queues);
        if queues.closed {
            return Err(NotTaken::Closed);
        }
        let queue = queue(&mut queues);
        if queue.len() >= most {
            return Err(NotTaken::Full);
        }
        queue.push_back(job);
        self.ready.notify_one();
        Ok(())
    }

    /// Waits for the next job, at most so long.
    pub fn next(&self, patience: Option<Duration>) -> Next {
        let mut queues = lock(&self.queues);
        loop {
            if queues.closed {
                return Next::Closed;
            }
            if let Some(job) = queues
                .questions
                .pop_front()
                .or_else(|| queues.submissions.pop_front())
            {
                return Next::Job(job);
            }
            queues = match patience {
                None => self
                    .ready
                    .wait(queues)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(patience) => {
                    let waited = self.ready.wait_timeout(queues, patience);
                    let (queues, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
                    if timeout.timed_out()
                        && queues.questions.is_empty()
                        && queues.submissions.is_empty()
                    {
                        return if queues.closed {
                            Next::Closed
                        } else {
                            Next::Nothing
                        };
                    }
                    queues
                }
            };
        }
    }

    /// Takes no more, and forgets what waits: whoever waits for an answer hears that there is none.
    pub fn close(&self) {
        let dropped = {
            let mut queues = lock(&self.queues);
            queues.closed = true;
            (
                std::mem::take(&mut queues.questions),
                std::mem::take(&mut queues.submissions),
            )
        };
        self.ready.notify_all();
        drop(dropped);
    }
}
