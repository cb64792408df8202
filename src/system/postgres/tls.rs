//! libpq's `sslmode` on rustls.
//!
//! Called by `session`. `prefer` and `require` accept any certificate, as libpq does; `verify-ca`
//! asks for a trusted authority, `verify-full` also for the host's name.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::model::{Target, TlsMode};

/// A connector that protects as far as the target's mode asks; the reason if its roots cannot be
/// read. Not for [`TlsMode::Disable`].
pub(super) fn connector(target: &Target) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier {
        check: check(target)?,
        provider: provider.clone(),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// What is asked of the server's certificate.
#[derive(Debug)]
enum Check {
    Nothing,
    Authority(Roots),
    AuthorityAndName(Roots),
}

fn check(target: &Target) -> Result<Check, String> {
    let file = target.root_certificate.as_deref();
    match target.tls {
        TlsMode::VerifyFull => Ok(Check::AuthorityAndName(Roots::load(file)?)),
        TlsMode::VerifyCa => Ok(Check::Authority(Roots::load(file)?)),
        // With a root certificate at hand, libpq's `require` means `verify-ca`.
        TlsMode::Require if file.is_some() => Ok(Check::Authority(Roots::load(file)?)),
        TlsMode::Require | TlsMode::Prefer | TlsMode::Allow | TlsMode::Disable => {
            Ok(Check::Nothing)
        }
    }
}

/// The trusted authorities.
#[derive(Debug)]
struct Roots {
    store: Arc<RootCertStore>,
    /// As they are in the file: a server's own self-signed certificate may be named as its root.
    exact: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// From a PEM file, else the system's.
    fn load(file: Option<&Path>) -> Result<Self, String> {
        let exact = match file {
            Some(path) => read(path)?,
            None => rustls_native_certs::load_native_certs().certs,
        };
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(exact.iter().cloned());
        if exact.is_empty() {
            return Err("no root certificates are known".to_owned());
        }
        Ok(Self {
            store: Arc::new(store),
            exact: if file.is_some() { exact } else { Vec::new() },
        })
    }
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = fs::read(path)
        .map_err(|error| format!("the root certificate {}: {error}", path.display()))?;
    CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("the root certificate {}: {error}", path.display()))
}

#[derive(Debug)]
struct Verifier {
    check: Check,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    fn authority(
        &self,
        roots: &Roots,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        if roots.exact.iter().any(|root| root == certificate) {
            return Ok(());
        }
        verify_server_cert_signed_by_trust_anchor(
            &ParsedCertificate::try_from(certificate)?,
            &roots.store,
            intermediates,
            now,
            self.provider.signature_verification_algorithms.all,
        )
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.check {
            Check::Nothing => Ok(ServerCertVerified::assertion()),
            Check::Authority(roots) => {
                self.authority(roots, certificate, intermediates, now)?;
                Ok(ServerCertVerified::assertion())
            }
            Check::AuthorityAndName(roots) if roots.exact.contains(certificate) => {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            Check::AuthorityAndName(roots) => WebPkiServerVerifier::builder_with_provider(
                roots.store.clone(),
                self.provider.clone(),
            )
            .build()
            .map_err(|error| Error::General(error.to_string()))?
            .verify_server_cert(certificate, intermediates, name, ocsp, now),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
