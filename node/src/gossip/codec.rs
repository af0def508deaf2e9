//! Messages on a stream: bounded, whatever the other side sends.

use super::message::{ANSWER_BYTES, Batch, MAX_MESSAGE, NotABatch};
use async_trait::async_trait;
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::request_response;
use std::io;

/// What an answer says: the batch was read.
const READ: u8 = 1;

/// A batch, or what came in its place. An error of the codec would end the stream as well, but nobody would
/// learn of it.
pub type Message = Result<Batch, NotABatch>;

/// Reads and writes batches and their answers.
#[derive(Clone, Copy, Default)]
pub struct BatchCodec;

/// The answer to a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer;

#[async_trait]
impl request_response::Codec for BatchCodec {
    type Protocol = String;
    type Request = Message;
    type Response = Answer;

    async fn read_request<T>(&mut self, _: &String, io: &mut T) -> io::Result<Message>
    where
        T: AsyncRead + Unpin + Send,
    {
        Ok(match read(io, MAX_MESSAGE).await {
            Ok(bytes) => Batch::from_bytes(&bytes),
            Err(error) => Err(NotABatch(error.to_string())),
        })
    }

    async fn read_response<T>(&mut self, _: &String, io: &mut T) -> io::Result<Answer>
    where
        T: AsyncRead + Unpin + Send,
    {
        match read(io, ANSWER_BYTES).await?.as_slice() {
            [READ] => Ok(Answer),
            other => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("not an answer to a batch: {other:?}"),
            )),
        }
    }

    async fn write_request<T>(&mut self, _: &String, io: &mut T, message: Message) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        let batch = message.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        io.write_all(&batch.to_bytes()).await?;
        io.close().await
    }

    async fn write_response<T>(&mut self, _: &String, io: &mut T, _: Answer) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&[READ]).await?;
        io.close().await
    }
}

/// Reads to the end, which must come within so many bytes.
async fn read<T: AsyncRead + Unpin + Send>(io: &mut T, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io.take(most as u64 + 1).read_to_end(&mut bytes).await?;
    if bytes.len() > most {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a message of more than {most} bytes"),
        ));
    }
    Ok(bytes)
}
