//! Builds `web/` with npm into `OUT_DIR`, and writes the Rust table that embeds the files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What the pages are made of, relative to the root of the repository.
const SOURCES: &[&str] = &[
    "web/src",
    "web/pwa",
    "web/index.html",
    "web/package.json",
    "web/tsconfig.json",
    "web/vite.config.ts",
    "sdk/src",
    "package-lock.json",
];

fn main() -> Result<()> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = here.ancestors().nth(2).ok_or("no folder above crates/")?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    watch(root);
    let pages = match reason_to_skip(&env::var("DREAM_WEB").unwrap_or_default())? {
        None => build(root, &out)?,
        Some(reason) => placeholder(&here, &out, reason)?,
    };
    fs::write(out.join("assets.rs"), table(&pages)?)?;
    Ok(())
}

fn watch(root: &Path) {
    println!("cargo::rerun-if-env-changed=DREAM_WEB");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=placeholder.html");
    for source in SOURCES.iter().map(|source| root.join(source)) {
        if source.exists() {
            println!("cargo::rerun-if-changed={}", source.display());
        }
    }
}

/// Why the pages are not built, as the placeholder says it; none if they are.
fn reason_to_skip(wish: &str) -> Result<Option<&'static str>> {
    match wish {
        "skip" => Ok(Some("It was built with DREAM_WEB=skip.")),
        "" if npm().arg("--version").output().is_ok() => Ok(None),
        "" => {
            println!("cargo::warning=npm was not found: the pages are a placeholder");
            Ok(Some("npm was not found when it was built."))
        }
        other => Err(format!("DREAM_WEB={other} is unknown; set it to skip, or not at all").into()),
    }
}

fn build(root: &Path, out: &Path) -> Result<PathBuf> {
    let pages = out.join("web");
    if !is_installed(root) {
        println!("cargo::warning=npm ci: installing what the pages are built with");
        run(npm().args(["ci", "--no-audit", "--no-fund"]), root)?;
    }
    println!("cargo::warning=npm run build: building the pages");
    let mut vite = npm();
    vite.args(["run", "build", "-w", "web", "--"])
        .args(["--logLevel", "warn", "--emptyOutDir", "--outDir"])
        .arg(&pages);
    run(&mut vite, root)?;
    Ok(pages)
}

/// Whether `node_modules` is there and not older than the lockfile.
fn is_installed(root: &Path) -> bool {
    let age = |path: &str| fs::metadata(root.join(path)).and_then(|meta| meta.modified());
    match (
        age("node_modules/.package-lock.json"),
        age("package-lock.json"),
    ) {
        (Ok(installed), Ok(locked)) => installed >= locked,
        _ => false,
    }
}

/// One page that says how to get the real ones.
fn placeholder(here: &Path, out: &Path, reason: &str) -> Result<PathBuf> {
    let pages = out.join("placeholder");
    fs::create_dir_all(&pages)?;
    let page = fs::read_to_string(here.join("placeholder.html"))?;
    fs::write(pages.join("index.html"), page.replace("{reason}", reason))?;
    Ok(pages)
}

fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn run(command: &mut Command, root: &Path) -> Result<()> {
    let done = command.current_dir(root).output()?;
    if done.status.success() {
        return Ok(());
    }
    for line in String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).lines() {
        println!("cargo::error={line}");
    }
    Err(format!("{command:?} ended with {}", done.status).into())
}

/// The source of the constants that embed the files of a folder, sorted by name.
fn table(pages: &Path) -> Result<String> {
    let mut files: Vec<PathBuf> = fs::read_dir(pages)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.sort();
    let index = pages.join("index.html");
    let mut source = format!("const INDEX: &str = include_str!({:?});\n", text(&index)?);
    source.push_str("const ASSETS: &[(&str, Asset)] = &[\n");
    for file in files.iter().filter(|file| **file != index) {
        let path = text(file)?;
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let kind = content_type(name)?;
        writeln!(
            source,
            "({name:?}, Asset {{ bytes: include_bytes!({path:?}), content_type: {kind:?} }}),"
        )?;
    }
    source.push_str("];\n");
    Ok(source)
}

fn text(path: &Path) -> Result<&str> {
    path.to_str()
        .ok_or_else(|| format!("{} is not UTF-8", path.display()).into())
}

/// The media type of a file; a kind that nobody has thought of fails the build.
fn content_type(name: &str) -> Result<&'static str> {
    let extension = name.rsplit('.').next().unwrap_or_default();
    match extension {
        "js" => Ok("text/javascript; charset=utf-8"),
        "css" => Ok("text/css; charset=utf-8"),
        "svg" => Ok("image/svg+xml"),
        "png" => Ok("image/png"),
        "webmanifest" => Ok("application/manifest+json"),
        "woff2" => Ok("font/woff2"),
        _ => Err(format!("{name}: a file of this kind has no media type in build.rs").into()),
    }
}
