//! What a stranger does with streams that it opens.
use futures::{AsyncReadExt, AsyncWriteExt, future::join_all};
use libp2p::{PeerId, Stream, StreamProtocol};
use libp2p_stream::{Control, OpenStreamError};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    node::Failure,
    serve::{COUNT, ECHO, RESET},
};

const CHUNK_BYTES: usize = 64 * 1024;

/// Byte i is (i * 31 + (i >> 8) * 17) mod 256.
fn pattern(from: usize, length: usize) -> Vec<u8> {
    (from..from + length).map(|i| (i.wrapping_mul(31).wrapping_add((i >> 8).wrapping_mul(17)) & 0xff) as u8).collect()
}

async fn open_stream(control: &mut Control, peer: PeerId, protocol: StreamProtocol) -> Result<Stream, Failure> {
    control.open_stream(peer, protocol).await.map_err(|e| e.to_string().into())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub async fn echo(mut control: Control, peer: PeerId, total: usize) -> Result<Value, Failure> {
    let (mut reader, mut writer) = open_stream(&mut control, peer, ECHO).await?.split();
    let writing = async {
        for at in (0..total).step_by(CHUNK_BYTES) {
            writer.write_all(&pattern(at, CHUNK_BYTES.min(total - at))).await?;
        }
        writer.close().await
    };
    let reading = async {
        let mut hash = Sha256::new();
        let mut received = 0;
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            let n = reader.read(&mut buffer).await?;
            if n == 0 {
                return Ok::<_, std::io::Error>((received, hex(&hash.finalize())));
            }
            hash.update(&buffer[..n]);
            received += n;
        }
    };
    let (written, read) = futures::join!(writing, reading);
    written?;
    let (received, sha256) = read?;
    Ok(json!({ "received": received, "sha256": sha256 }))
}

pub async fn streams(control: Control, peer: PeerId, count: usize, bytes: usize) -> Result<Value, Failure> {
    let want = hex(&Sha256::digest(pattern(0, bytes)));
    let all = join_all((0..count).map(|_| tokio::spawn(echo(control.clone(), peer, bytes)))).await;
    let mut right = 0;
    let mut last = Value::Null;
    for one in all {
        match one? {
            Ok(value) if value["sha256"] == want => right += 1,
            Ok(value) => last = value,
            Err(e) => last = json!(e.to_string()),
        }
    }
    Ok(json!({ "right": right, "last": last }))
}

pub async fn count(mut control: Control, peer: PeerId, total: usize) -> Result<Value, Failure> {
    let mut stream = open_stream(&mut control, peer, COUNT).await?;
    stream.write_all(&pattern(0, total)).await?;
    stream.close().await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(json!({ "answer": answer }))
}

/// A reset reads as an end here, so that the end is what can be told.
pub async fn reset(mut control: Control, peer: PeerId) -> Result<Value, Failure> {
    let mut stream = open_stream(&mut control, peer, RESET).await?;
    stream.write_all(&[1]).await?;
    stream.flush().await?;
    let mut buffer = [0; 1];
    let over = !matches!(stream.read(&mut buffer).await, Ok(1));
    Ok(json!({ "reset": over }))
}

pub async fn open(mut control: Control, peer: PeerId, protocol: StreamProtocol) -> Result<Value, Failure> {
    match control.open_stream(peer, protocol).await {
        Ok(mut stream) => {
            // A dialer that proposes a single protocol learns of a refusal at its first read.
            stream.close().await.ok();
            let answer = stream.read_to_end(&mut Vec::new()).await;
            Ok(json!({ "opened": answer.is_ok(), "why": answer.err().map(|e| e.to_string()) }))
        }
        Err(OpenStreamError::UnsupportedProtocol(name)) => Ok(json!({ "opened": false, "why": name.to_string() })),
        Err(e) => Err(e.to_string().into()),
    }
}
