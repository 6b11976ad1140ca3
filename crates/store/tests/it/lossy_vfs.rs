//! A disk for SQLite that forgets what was not synced, and that can fall sick.
//!
//! It stands in front of SQLite's own file layer and passes everything through. Beside each file it
//! keeps an image of what a power loss would leave: writes wait in memory and reach the image with the
//! next sync. The real sync is left out: a killed process loses nothing of the page cache anyway.
#![expect(
    unsafe_code,
    reason = "SQLite's file layer is a table of C functions; this is the one double of it"
)]

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};

/// What of the writes since the last sync is left after a power loss.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Keeps {
    Nothing,
    /// About half of them, in no order.
    Some,
    /// And a sync does nothing either.
    NothingEver,
}

/// What the disk answers from now on.
#[derive(Clone, Copy)]
pub(crate) enum Health {
    Well,
    Full,
    ReadOnly,
    SyncFails,
}

/// Makes this the disk of every database that this process opens from now on.
pub(crate) fn register(keeps: Keeps) {
    KEEPS.store(keeps as i32, Ordering::SeqCst);
    // SAFETY: the default layer lives as long as the process; ours is a copy of it that is never freed.
    unsafe {
        let real = ffi::sqlite3_vfs_find(ptr::null());
        REAL.store(real, Ordering::SeqCst);
        let mut ours = *real;
        ours.szOsFile = c_int::try_from(REAL_AT).unwrap() + (*real).szOsFile;
        ours.zName = c"lossy".as_ptr();
        ours.pNext = ptr::null_mut();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        let ours = Box::leak(Box::new(ours));
        assert_eq!(ffi::sqlite3_vfs_register(ours, 1), ffi::SQLITE_OK);
    }
}

/// Makes the disk fall sick, or recover.
pub(crate) fn falls(health: Health) {
    HEALTH.store(health as i32, Ordering::SeqCst);
}

/// What a power loss leaves of a file; there is no such file if nothing of it is left.
pub(crate) fn durable_image(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".durable");
    name.into()
}

static REAL: AtomicPtr<sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());
static KEEPS: AtomicI32 = AtomicI32::new(0);
static HEALTH: AtomicI32 = AtomicI32::new(0);
static IMAGES: LazyLock<Mutex<HashMap<PathBuf, Arc<Image>>>> = LazyLock::new(Mutex::default);

/// Where the real file's state begins inside ours.
const REAL_AT: usize = size_of::<LossyFile>().next_multiple_of(16);

/// What SQLite sees of an open file; the real one's state follows it.
#[repr(C)]
struct LossyFile {
    base: sqlite3_file,
    /// Owned; null for files that do not outlive the process.
    image: *const Image,
}

/// What a power loss would leave of one file, and what waits for the next sync.
struct Image {
    path: PathBuf,
    pending: Mutex<Vec<Change>>,
}

enum Change {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

impl Image {
    /// The image of a file; one that exists when it is first opened is durable as it is.
    fn of(file: &Path) -> Arc<Self> {
        let mut images = IMAGES.lock().unwrap();
        let image = images.entry(file.to_owned()).or_insert_with(|| {
            let path = durable_image(file);
            if file.exists() {
                std::fs::copy(file, &path).unwrap();
            }
            Arc::new(Self {
                path,
                pending: Mutex::default(),
            })
        });
        image.clone()
    }

    fn note(&self, change: Change) {
        let mut pending = self.pending.lock().unwrap();
        if KEEPS.load(Ordering::SeqCst) == Keeps::Some as i32 && coin() {
            self.apply(std::slice::from_ref(&change));
        }
        pending.push(change);
    }

    fn sync(&self) {
        let mut pending = self.pending.lock().unwrap();
        if KEEPS.load(Ordering::SeqCst) != Keeps::NothingEver as i32 {
            self.apply(&pending);
        }
        pending.clear();
    }

    fn forget(&self) {
        self.pending.lock().unwrap().clear();
        let _ = std::fs::remove_file(&self.path);
    }

    fn apply(&self, changes: &[Change]) {
        let mut options = File::options();
        let file = options
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.path)
            .unwrap();
        for change in changes {
            match change {
                Change::Write(offset, bytes) => file.write_all_at(bytes, *offset).unwrap(),
                Change::Truncate(length) => file.set_len(*length).unwrap(),
            }
        }
    }
}

/// Differs from call to call without a source of randomness.
fn coin() -> bool {
    static STATE: AtomicU64 = AtomicU64::new(1);
    let state = STATE.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 63 == 1
}

fn is(health: Health) -> bool {
    HEALTH.load(Ordering::SeqCst) == health as i32
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let kept = ffi::SQLITE_OPEN_MAIN_DB | ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL;
    // SAFETY: SQLite gives `szOsFile` bytes and a name that ends with 0, or none.
    unsafe {
        let image = if name.is_null() || flags & kept == 0 {
            ptr::null()
        } else {
            Arc::into_raw(Image::of(path(name)))
        };
        let vfs = REAL.load(Ordering::SeqCst);
        let opened = ((*vfs).xOpen.unwrap())(vfs, name, real(file), flags, out);
        let table = if opened == ffi::SQLITE_OK {
            &raw const METHODS
        } else {
            ptr::null()
        };
        let base = sqlite3_file { pMethods: table };
        file.cast::<LossyFile>().write(LossyFile { base, image });
        opened
    }
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: the name ends with 0.
    unsafe {
        if let Some(image) = IMAGES.lock().unwrap().get(path(name)) {
            image.forget();
        }
        let vfs = REAL.load(Ordering::SeqCst);
        ((*vfs).xDelete.unwrap())(vfs, name, sync)
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: `open` wrote the state, and SQLite closes a file once.
    unsafe {
        let closed = ((*methods(file)).xClose.unwrap())(real(file));
        let image = (*file.cast::<LossyFile>()).image;
        if !image.is_null() {
            drop(Arc::from_raw(image));
        }
        closed
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    offset: sqlite3_int64,
) -> c_int {
    if is(Health::Full) {
        return ffi::SQLITE_FULL;
    }
    if is(Health::ReadOnly) {
        return ffi::SQLITE_READONLY;
    }
    // SAFETY: SQLite gives `length` bytes.
    unsafe {
        let written = ((*methods(file)).xWrite.unwrap())(real(file), bytes, length, offset);
        if let (ffi::SQLITE_OK, Some(image)) = (written, image(file)) {
            let length = usize::try_from(length).unwrap();
            let bytes = std::slice::from_raw_parts(bytes.cast::<u8>(), length).to_vec();
            image.note(Change::Write(u64::try_from(offset).unwrap(), bytes));
        }
        written
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, length: sqlite3_int64) -> c_int {
    // SAFETY: `open` wrote the state.
    unsafe {
        let done = ((*methods(file)).xTruncate.unwrap())(real(file), length);
        if let (ffi::SQLITE_OK, Some(image)) = (done, image(file)) {
            image.note(Change::Truncate(u64::try_from(length).unwrap()));
        }
        done
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, _: c_int) -> c_int {
    if is(Health::SyncFails) {
        return ffi::SQLITE_IOERR_FSYNC;
    }
    // SAFETY: `open` wrote the state.
    if let Some(image) = unsafe { image(file) } {
        image.sync();
    }
    ffi::SQLITE_OK
}

/// Functions that only pass on what they are asked.
macro_rules! pass {
    ($($name:ident = $method:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => {$(
        unsafe extern "C" fn $name(file: *mut sqlite3_file, $($arg: $ty),*) -> $out {
            // SAFETY: the real file lies where `open` put it.
            unsafe { ((*methods(file)).$method.unwrap())(real(file), $($arg),*) }
        }
    )*};
}

pass! {
    read = xRead(bytes: *mut c_void, length: c_int, offset: sqlite3_int64) -> c_int;
    size = xFileSize(size: *mut sqlite3_int64) -> c_int;
    lock = xLock(level: c_int) -> c_int;
    unlock = xUnlock(level: c_int) -> c_int;
    is_reserved = xCheckReservedLock(out: *mut c_int) -> c_int;
    control = xFileControl(what: c_int, value: *mut c_void) -> c_int;
    sector = xSectorSize() -> c_int;
    traits = xDeviceCharacteristics() -> c_int;
    shm_map = xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int;
    shm_lock = xShmLock(offset: c_int, count: c_int, flags: c_int) -> c_int;
    shm_barrier = xShmBarrier() -> ();
    shm_unmap = xShmUnmap(delete: c_int) -> c_int;
}

/// Version 2: without the functions that map the file into memory, past `write`.
static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(is_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(traits),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

unsafe fn real(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: `register` asked for room for both states.
    unsafe { file.byte_add(REAL_AT) }
}

unsafe fn methods(file: *mut sqlite3_file) -> *const sqlite3_io_methods {
    // SAFETY: the real layer filled this in when it opened the file.
    unsafe { (*real(file)).pMethods }
}

unsafe fn image<'a>(file: *mut sqlite3_file) -> Option<&'a Image> {
    // SAFETY: the file holds a share of its image until it is closed.
    unsafe { (*file.cast::<LossyFile>()).image.as_ref() }
}

unsafe fn path<'a>(name: *const c_char) -> &'a Path {
    use std::os::unix::ffi::OsStrExt as _;
    // SAFETY: the caller's name ends with 0.
    Path::new(std::ffi::OsStr::from_bytes(
        unsafe { CStr::from_ptr(name) }.to_bytes(),
    ))
}
