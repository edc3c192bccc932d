//! Which frameworks a project uses, read off the names of its dependencies.
//!
//! A data table: (ecosystem, dependency, framework). Sorted by ecosystem, then by dependency. A `*` at the end
//! of a dependency stands for any ending: a major version in a Go module path, the artifacts of a Maven group.

use std::collections::BTreeSet;

use crate::graph::Ecosystem;

const FRAMEWORKS: &[(&str, &str, &str)] = &[
    ("cargo", "actix-web", "Actix Web"),
    ("cargo", "axum", "axum"),
    ("cargo", "bevy", "Bevy"),
    ("cargo", "dioxus", "Dioxus"),
    ("cargo", "egui", "egui"),
    ("cargo", "gpui", "GPUI"),
    ("cargo", "iced", "iced"),
    ("cargo", "leptos", "Leptos"),
    ("cargo", "poem", "Poem"),
    ("cargo", "rocket", "Rocket"),
    ("cargo", "salvo", "Salvo"),
    ("cargo", "tauri", "Tauri"),
    ("cargo", "tonic", "tonic"),
    ("cargo", "warp", "warp"),
    ("cargo", "yew", "Yew"),
    ("go", "connectrpc.com/connect", "Connect"),
    ("go", "github.com/beego/beego*", "Beego"),
    ("go", "github.com/cloudwego/hertz", "Hertz"),
    ("go", "github.com/gin-gonic/gin", "Gin"),
    ("go", "github.com/go-chi/chi*", "chi"),
    ("go", "github.com/go-kratos/kratos*", "Kratos"),
    ("go", "github.com/gobuffalo/buffalo", "Buffalo"),
    ("go", "github.com/gofiber/fiber*", "Fiber"),
    ("go", "github.com/gorilla/mux", "Gorilla"),
    ("go", "github.com/labstack/echo*", "Echo"),
    ("go", "github.com/revel/revel", "Revel"),
    ("go", "github.com/spf13/cobra", "Cobra"),
    ("go", "github.com/wailsapp/wails*", "Wails"),
    ("go", "github.com/zeromicro/go-zero", "go-zero"),
    ("go", "google.golang.org/grpc", "gRPC"),
    ("go", "sigs.k8s.io/controller-runtime", "controller-runtime"),
    ("maven", "com.vaadin:*", "Vaadin"),
    ("maven", "io.dropwizard:*", "Dropwizard"),
    ("maven", "io.helidon.*", "Helidon"),
    ("maven", "io.javalin:*", "Javalin"),
    ("maven", "io.micronaut.*", "Micronaut"),
    ("maven", "io.micronaut:*", "Micronaut"),
    ("maven", "io.quarkus.*", "Quarkus"),
    ("maven", "io.quarkus:*", "Quarkus"),
    ("maven", "io.vertx:*", "Vert.x"),
    ("maven", "jakarta.platform:*", "Jakarta EE"),
    ("maven", "org.apache.camel.*", "Camel"),
    ("maven", "org.apache.camel:*", "Camel"),
    ("maven", "org.apache.struts:*", "Struts"),
    ("maven", "org.springframework.boot:*", "Spring Boot"),
    ("maven", "org.springframework.cloud:*", "Spring Cloud"),
    ("maven", "org.springframework:*", "Spring"),
    ("npm", "@angular/core", "Angular"),
    ("npm", "@nestjs/core", "NestJS"),
    ("npm", "@remix-run/react", "Remix"),
    ("npm", "@sveltejs/kit", "SvelteKit"),
    ("npm", "@tauri-apps/api", "Tauri"),
    ("npm", "astro", "Astro"),
    ("npm", "electron", "Electron"),
    ("npm", "express", "Express"),
    ("npm", "fastify", "Fastify"),
    ("npm", "gatsby", "Gatsby"),
    ("npm", "hono", "Hono"),
    ("npm", "koa", "Koa"),
    ("npm", "next", "Next.js"),
    ("npm", "nuxt", "Nuxt"),
    ("npm", "preact", "Preact"),
    ("npm", "react", "React"),
    ("npm", "react-native", "React Native"),
    ("npm", "solid-js", "Solid"),
    ("npm", "svelte", "Svelte"),
    ("npm", "vite", "Vite"),
    ("npm", "vue", "Vue"),
    ("python", "aiohttp", "aiohttp"),
    ("python", "bottle", "Bottle"),
    ("python", "celery", "Celery"),
    ("python", "dash", "Dash"),
    ("python", "django", "Django"),
    ("python", "djangorestframework", "Django REST framework"),
    ("python", "falcon", "Falcon"),
    ("python", "fastapi", "FastAPI"),
    ("python", "flask", "Flask"),
    ("python", "gradio", "Gradio"),
    ("python", "litestar", "Litestar"),
    ("python", "pyramid", "Pyramid"),
    ("python", "pyside6", "PySide"),
    ("python", "sanic", "Sanic"),
    ("python", "starlette", "Starlette"),
    ("python", "streamlit", "Streamlit"),
    ("python", "tornado", "Tornado"),
];

/// The frameworks that `dependencies` of a project of `ecosystem` name, sorted.
pub(crate) fn of<'a>(ecosystem: &Ecosystem, dependencies: impl Iterator<Item = &'a str>) -> Vec<String> {
    let rows: Vec<_> = FRAMEWORKS.iter().filter(|row| row.0 == ecosystem.0).collect();
    let found: BTreeSet<&str> = dependencies
        .flat_map(|name| rows.iter().filter(move |row| names(row.1, name)).map(|row| row.2))
        .collect();
    found.into_iter().map(str::to_owned).collect()
}

fn names(pattern: &str, dependency: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == dependency, |start| dependency.starts_with(start))
}

#[cfg(test)]
mod tests;
