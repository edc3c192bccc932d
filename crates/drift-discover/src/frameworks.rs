//! Which frameworks a project uses, read off the names of its dependencies.
//!
//! A data table: (ecosystem, dependency, framework). Sorted by ecosystem, then by dependency.

use std::collections::BTreeSet;

use crate::graph::Ecosystem;

const FRAMEWORKS: &[(&str, &str, &str)] = &[
    ("cargo", "actix-web", "Actix Web"),
    ("cargo", "axum", "axum"),
    ("cargo", "bevy", "Bevy"),
    ("cargo", "leptos", "Leptos"),
    ("cargo", "rocket", "Rocket"),
    ("cargo", "tauri", "Tauri"),
    ("cargo", "warp", "warp"),
    ("cargo", "yew", "Yew"),
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
];

/// The frameworks that `dependencies` of a project of `ecosystem` name, sorted.
pub(crate) fn of<'a>(ecosystem: &Ecosystem, dependencies: impl Iterator<Item = &'a str>) -> Vec<String> {
    let rows: Vec<_> = FRAMEWORKS.iter().filter(|row| row.0 == ecosystem.0).collect();
    let found: BTreeSet<&str> =
        dependencies.flat_map(|name| rows.iter().filter(move |row| row.1 == name).map(|row| row.2)).collect();
    found.into_iter().map(str::to_owned).collect()
}
