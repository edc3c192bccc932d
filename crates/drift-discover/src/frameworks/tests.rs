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
    check("composer", &["laravel/framework", "symfony/framework-bundle"], &["Laravel", "Symfony"]);
    check("dart", &["flutter"], &["Flutter"]);
    check("dotnet", &["Microsoft.NET.Sdk.Web", "Microsoft.NET.Sdk"], &["ASP.NET Core"]);
    check("gradle", &["io.ktor:ktor-server-core", "org.springframework.boot"], &["Ktor", "Spring Boot"]);
    check("ruby", &["rails", "rails-i18n"], &["Rails"]);
}

#[test]
fn the_table_is_sorted() {
    assert!(FRAMEWORKS.is_sorted());
}
