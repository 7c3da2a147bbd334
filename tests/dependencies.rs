//! What functions are built from. One crate with default features brings the whole usual set-up
//! back for all, since cargo unites the features that a build asks for.

use std::process::Command;

/// Each of these is megabytes, or milliseconds at every start.
const HEAVY: [&str; 9] = [
    "aws-config",
    "aws-lc-rs",
    "aws-lc-sys",
    "aws-smithy-http-client",
    "h2",
    "native-tls",
    "openssl",
    "rustls-native-certs",
    "reqwest",
];

/// What `cargo tree` lists below the functions: names and features.
fn tree(format: &str) -> Vec<String> {
    let listed = Command::new(env!("CARGO"))
        .args(["tree", "--package", "functions", "--edges", "normal", "--prefix", "none"])
        .args(["--offline", "--locked", "--format", format])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&listed.stderr);
    assert!(listed.status.success(), "{errors}");
    String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn functions_are_built_without_the_heavy_half_of_the_usual_set_up() {
    let tree = tree("{p}");
    let names: Vec<&str> = tree.iter().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"aws-sdk-dynamodb") && names.contains(&"rustls"), "{names:?}");
    for heavy in HEAVY {
        assert!(!names.contains(&heavy), "{heavy} is built into functions");
    }
}

/// Other compressors give other bytes for the same document.
#[test]
fn documents_are_compressed_by_one_compressor() {
    let listed = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--edges", "normal", "--prefix", "none"])
        .args(["--offline", "--locked", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let has = |name: &str| listed.lines().any(|line| line.split(' ').next() == Some(name));
    assert!(has("miniz_oxide"), "{listed}");
    for other in ["zlib-rs", "libz-sys", "libz-ng-sys", "cloudflare-zlib-sys"] {
        assert!(!has(other), "{other} compresses documents");
    }
}

#[test]
fn sdk_crates_have_none_of_their_default_features() {
    let mut looked_at = 0;
    for line in tree("{p} has {f}") {
        let (package, features) = line.split_once(" has ").unwrap();
        if package.starts_with("aws-sdk-") {
            looked_at += 1;
            let features: Vec<&str> = features.trim_end_matches(" (*)").split(',').collect();
            assert_eq!(features, ["rt-tokio"], "{package}");
        }
    }
    assert!(looked_at >= 4);
}
