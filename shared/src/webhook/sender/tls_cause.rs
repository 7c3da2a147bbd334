//! What is wrong with a receiver's TLS, and what would mend it.

use rustls::{AlertDescription, CertificateError, Error};
use std::io;

/// The cause of a handshake that failed, in a sentence for whoever runs the receiver.
pub(super) fn of(error: &io::Error, host: &str) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    let Some(inner) = inner else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
                "the server ended the connection during the TLS handshake".to_owned()
            }
            kind => format!("the TLS handshake did not end: {kind}"),
        };
    };
    match inner {
        Error::InvalidCertificate(wrong) => certificate(wrong, host),
        Error::NoCertificatesPresented => "the server shows no certificate".to_owned(),
        Error::AlertReceived(AlertDescription::ProtocolVersion) | Error::PeerIncompatible(_) => {
            "no common TLS version or cipher: the server must offer TLS 1.2 or 1.3".to_owned()
        }
        Error::AlertReceived(AlertDescription::NoApplicationProtocol)
        | Error::NoApplicationProtocol => {
            "no common protocol: the server must offer HTTP/1.1".to_owned()
        }
        Error::AlertReceived(AlertDescription::UnrecognisedName) => {
            format!("the server does not know the host name {host}")
        }
        Error::AlertReceived(alert) => format!("the server refuses the TLS handshake: {alert:?}"),
        Error::InvalidMessage(_) => {
            "the server does not speak TLS on this port: it may be a plain HTTP port".to_owned()
        }
        other => format!("the TLS handshake failed: {other}"),
    }
}

fn certificate(wrong: &CertificateError, host: &str) -> String {
    match wrong {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the certificate has expired: renew it".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate is not valid yet: check its dates".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("the certificate is for another host name: it must name {host}")
        }
        CertificateError::UnknownIssuer => "the certificate comes from an authority that is not \
            publicly trusted, or the server leaves out the intermediate certificates"
            .to_owned(),
        CertificateError::Revoked => "the certificate was revoked: get a new one".to_owned(),
        other => format!("the certificate is not accepted: {other}"),
    }
}
