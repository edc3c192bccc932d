use super::{FRAMEWORKS, of};
use crate::graph::Ecosystem;

#[track_caller]
fn check(ecosystem: &'static str, dependencies: &[&str], expected: &[&str]) {
    assert_eq!(of(&Ecosystem::of(ecosystem), dependencies.iter().copied()), expected);
}

#[test]
fn dependencies_name_frameworks_of_their_ecosystem() {
    check("cargo", &["axum", "serde"], &["axum"]);
    check("go", &["github.com/labstack/echo/v4", "github.com/gin-gonic/gin"], &["Echo", "Gin"]);
    check("go", &["github.com/gin-gonic/ginkgo"], &[]);
    check("maven", &["org.springframework.boot:spring-boot-starter-parent", "junit:junit"], &["Spring Boot"]);
    check("python", &["django", "axum"], &["Django"]);
    check("npm", &["django"], &[]);
}

#[test]
fn the_table_is_sorted() {
    assert!(FRAMEWORKS.is_sorted());
}
