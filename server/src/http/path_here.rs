//! Where a form may lead.

/// Whether this is a path of this server, as an address writes it; `//host/` would be another's.
pub fn is_path_here(path: &str) -> bool {
    let own = path.starts_with('/') && !path.starts_with("//");
    own && path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}
