//! The least HTTP client that a test needs: it sends what it is told, whether right or wrong.

use serde_json::Value;
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The code of an error, with a check of its form.
    pub fn code(&self) -> String {
        let json = self.json();
        let error = &json["error"];
        let number = error["number"].as_u64().unwrap() as u16;
        let code = allonge_contracts::Code::from_number(number).unwrap();
        assert_eq!(error["code"], code.name());
        assert_eq!(error["retry"], code.retry());
        assert!(!error["message"].as_str().unwrap().is_empty());
        assert!(!error["hint"].as_str().unwrap().is_empty());
        assert_eq!(
            self.status,
            allonge_node::api::http_status(code).as_u16(),
            "{code}"
        );
        if matches!(self.status, 429 | 503) {
            assert!(self.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
        }
        code.name().to_owned()
    }

    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap().to_owned()
    }
}

pub async fn connect(address: SocketAddr, request: &[u8]) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    BufReader::new(stream)
}

/// Reads status line and headers.
pub async fn head(reader: &mut BufReader<TcpStream>) -> (u16, Vec<(String, String)>) {
    let mut line = String::new();
    reader.read_line(&mut line).await.unwrap();
    let status = line.split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
            None => return (status, headers),
        }
    }
}

pub async fn send(address: SocketAddr, request: Vec<u8>) -> Answer {
    answer(connect(address, &request).await).await
}

/// `GET` from another address of this machine.
pub async fn get_from(from: IpAddr, address: SocketAddr, path: &str) -> Answer {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(from, 0)).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(BufReader::new(stream)).await
}

async fn answer(mut reader: BufReader<TcpStream>) -> Answer {
    let (status, headers) = head(&mut reader).await;
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, v)| v.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.unwrap();
    Answer {
        status,
        headers,
        body,
    }
}

pub async fn get(address: SocketAddr, path: &str) -> Answer {
    send(
        address,
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").into_bytes(),
    )
    .await
}

pub async fn post(address: SocketAddr, path: &str, media_type: &str, body: &[u8]) -> Answer {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    send(address, request).await
}
