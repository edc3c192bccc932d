//! What drift asks of a file system: whether SQLite's WAL is safe on it, and how much fits into it.
//!
//! WAL needs shared memory between all processes on one host and locks that work
//! (<https://sqlite.org/wal.html>, "does not work over a network filesystem"): not given on network and
//! virtual file systems. Where the kind of file system cannot be told, it counts as safe.

use std::path::Path;

/// The name of the file system of `dir` if WAL is unsafe on it.
#[cfg(target_os = "linux")]
pub fn wal_unsafe(dir: &Path) -> Option<&'static str> {
    // Magic numbers from statfs(2) and the kernel's include/uapi/linux/magic.h.
    const UNSAFE: &[(u32, &str)] = &[
        (0x6969, "nfs"),
        (0x517B, "smb"),
        (0xFF53_4D42, "cifs"),
        (0xFE53_4D42, "smb2"),
        (0x0102_1997, "9p"),
        (0x6573_5546, "fuse"),
        (0x6A65_6A63, "virtiofs"),
        (0x00C3_6400, "ceph"),
        (0x786F_4256, "vboxsf"),
        (0x5346_414F, "afs"),
        (0x0BD0_0BD0, "lustre"),
        (0x4750_4653, "gpfs"),
    ];
    let kind = rustix::fs::statfs(dir).ok()?.f_type as u32;
    UNSAFE.iter().find(|(magic, _)| *magic == kind).map(|(_, name)| *name)
}

/// The name of the file system of `dir` if WAL is unsafe on it.
#[cfg(target_os = "macos")]
pub fn wal_unsafe(dir: &Path) -> Option<&'static str> {
    // MNT_LOCAL of <sys/mount.h>.
    const LOCAL: u32 = 0x1000;
    let flags = rustix::fs::statfs(dir).ok()?.f_flags as u32;
    (flags & LOCAL == 0).then_some("a network file system")
}

/// The name of the file system of `dir` if WAL is unsafe on it.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub fn wal_unsafe(dir: &Path) -> Option<&'static str> {
    dir.as_os_str().as_encoded_bytes().starts_with(br"\\").then_some("a network share")
}

/// How many bytes an ordinary user can still write on the file system of `dir`, where that can be told.
#[cfg(unix)]
pub fn free_bytes(dir: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(dir).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

/// How many bytes can still be written on the file system of `dir`, where that can be told.
#[cfg(not(unix))]
pub fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// Whether the file system of `path` has no room for what SQLite writes at once: 32 KiB of shared memory at most,
/// or no inode for another file.
pub(crate) fn is_full(path: &Path) -> bool {
    const AT_ONCE: u64 = 32 << 10;
    // A database that was never created has a directory all the same.
    let there = path.ancestors().find(|path| path.symlink_metadata().is_ok());
    there.is_some_and(|path| free_bytes(path).is_some_and(|free| free < AT_ONCE) || no_inode(path))
}

#[cfg(unix)]
fn no_inode(path: &Path) -> bool {
    // File systems without a fixed number of inodes say that there are 0.
    rustix::fs::statvfs(path).is_ok_and(|found| found.f_files > 0 && found.f_favail == 0)
}

#[cfg(not(unix))]
fn no_inode(_: &Path) -> bool {
    false
}
