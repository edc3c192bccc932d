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
    ("npm", "@11ty/eleventy", "Eleventy"),
    ("npm", "@adonisjs/core", "AdonisJS"),
    ("npm", "@analogjs/platform", "Analog"),
    ("npm", "@angular/core", "Angular"),
    ("npm", "@apollo/server", "Apollo Server"),
    ("npm", "@builder.io/qwik", "Qwik"),
    ("npm", "@docusaurus/core", "Docusaurus"),
    ("npm", "@elysiajs/node", "Elysia"),
    ("npm", "@hapi/hapi", "hapi"),
    ("npm", "@ionic/angular", "Ionic"),
    ("npm", "@ionic/react", "Ionic"),
    ("npm", "@ionic/vue", "Ionic"),
    ("npm", "@nestjs/core", "NestJS"),
    ("npm", "@qwik.dev/core", "Qwik"),
    ("npm", "@react-router/dev", "React Router"),
    ("npm", "@redwoodjs/core", "RedwoodJS"),
    ("npm", "@remix-run/dev", "Remix"),
    ("npm", "@remix-run/node", "Remix"),
    ("npm", "@remix-run/react", "Remix"),
    ("npm", "@solidjs/start", "SolidStart"),
    ("npm", "@sveltejs/kit", "SvelteKit"),
    ("npm", "@tanstack/react-start", "TanStack Start"),
    ("npm", "@tanstack/solid-start", "TanStack Start"),
    ("npm", "@tauri-apps/api", "Tauri"),
    ("npm", "alpinejs", "Alpine.js"),
    ("npm", "astro", "Astro"),
    ("npm", "electron", "Electron"),
    ("npm", "elysia", "Elysia"),
    ("npm", "ember-source", "Ember"),
    ("npm", "expo", "Expo"),
    ("npm", "express", "Express"),
    ("npm", "fastify", "Fastify"),
    ("npm", "gatsby", "Gatsby"),
    ("npm", "hono", "Hono"),
    ("npm", "koa", "Koa"),
    ("npm", "lit", "Lit"),
    ("npm", "next", "Next.js"),
    ("npm", "nextra", "Nextra"),
    ("npm", "nitropack", "Nitro"),
    ("npm", "nuxt", "Nuxt"),
    ("npm", "preact", "Preact"),
    ("npm", "react", "React"),
    ("npm", "react-native", "React Native"),
    ("npm", "sails", "Sails"),
    ("npm", "solid-js", "Solid"),
    ("npm", "svelte", "Svelte"),
    ("npm", "vite", "Vite"),
    ("npm", "vitepress", "VitePress"),
    ("npm", "vue", "Vue"),
    ("npm", "vuepress", "VuePress"),
];

/// The frameworks that `dependencies` of a project of `ecosystem` name, sorted.
pub(crate) fn of<'a>(ecosystem: &Ecosystem, dependencies: impl Iterator<Item = &'a str>) -> Vec<String> {
    let rows: Vec<_> = FRAMEWORKS.iter().filter(|row| row.0 == ecosystem.0).collect();
    let found: BTreeSet<&str> =
        dependencies.flat_map(|name| rows.iter().filter(move |row| row.1 == name).map(|row| row.2)).collect();
    found.into_iter().map(str::to_owned).collect()
}
