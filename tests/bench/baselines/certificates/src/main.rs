//! Writes a chain of three certificates for 127.0.0.1 into the folder it is given: `root.pem`,
//! `chain.pem` (leaf and intermediate) and `key.pem`.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("which folder?")?;
    let folder = Path::new(&folder);
    let root = CertifiedIssuer::self_signed(authority("bench root")?, KeyPair::generate()?)?;
    let middle = CertifiedIssuer::signed_by(authority("bench")?, KeyPair::generate()?, &root)?;
    let key = KeyPair::generate()?;
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()])?.signed_by(&key, &middle)?;
    fs::write(folder.join("root.pem"), root.pem())?;
    fs::write(folder.join("chain.pem"), leaf.pem() + &middle.pem())?;
    fs::write(folder.join("key.pem"), key.serialize_pem())?;
    Ok(())
}

fn authority(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Ok(params)
}
