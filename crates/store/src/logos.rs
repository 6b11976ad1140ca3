//! The picture of a project.
