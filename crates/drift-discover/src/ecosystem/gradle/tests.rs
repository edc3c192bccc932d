use crate::ecosystem::tests::check;

#[test]
fn includes_in_groovy_with_moved_and_renamed_projects() {
    check(
        r#"
//- settings.gradle
rootProject.name = 'top' // include 'comment'
include 'a', ":b:c",
        'd'
include(['e', 'f'] as String[])
include "x${y}"
includeFlat 'beside'
project(':d').projectDir = new File(settingsDir, 'deep/d')
project(':e').name = 'renamed'
project(':f').projectDir = file("$rootDir/moved")
if (flag) { include 'maybe' }
includeBuild 'tools'
fileTree('.') { include '**/build.gradle' }
include 'missing'
//- build.gradle
plugins { id 'org.springframework.boot' version '3.1.0' apply false }
subprojects {
    dependencies { testImplementation 'junit:junit:4.13' }
}
project(':a') { dependencies { api project(':renamed') } }
configure([rootProject] + chosenProjects) { dependencies { api project(':a') } }
configure(allprojects) { dependencies { add('x', dependencies.project(path: ':maybe')) } }
//- a/build.gradle
version '1.0'
dependencies {
    implementation project(':b:c'), project(path: ':d', configuration: 'x')
    testImplementation(project(":renamed")) { exclude group: 'g', module: 'm' }
    runtimeOnly project(path)
    compileOnly "g:n:$v"
    // Perhaps what `x${y}` is.
    implementation project(':nope')
}
//- b/c/build.gradle
dependencies { api project(':d') }
//- deep/d/src.txt
//- e/x.txt
//- moved/x.txt
//- maybe/build.gradle.kts
dependencies { implementation(platform(project(":b"))) }
//- tools/settings.gradle.kts
//- tools/build.gradle.kts
//- loose/build.gradle
dependencies { implementation 'a:b:1' }
"#,
        "
        workspace gradle:. gradle
        workspace gradle:tools gradle
        gradle:. : in gradle:.
        + org.springframework.boot 3.1.0 plugin
        gradle:a :a@1.0 in gradle:.
        + g:n $v normal
        + junit:junit 4.13 dev
        gradle:b :b in gradle:.
        + junit:junit 4.13 dev
        gradle:b/c :b:c in gradle:.
        + junit:junit 4.13 dev
        gradle:deep/d :d in gradle:.
        + junit:junit 4.13 dev
        gradle:e :renamed in gradle:.
        + junit:junit 4.13 dev
        gradle:loose (no name)
        + a:b 1 normal
        gradle:maybe :maybe in gradle:.
        + junit:junit 4.13 dev
        gradle:moved :f in gradle:.
        + junit:junit 4.13 dev
        gradle:tools : in gradle:tools
        gradle:. -> gradle:maybe normal
        gradle:a -> gradle:b/c normal
        gradle:a -> gradle:deep/d normal
        gradle:a -> gradle:e normal
        gradle:a -> gradle:e dev
        gradle:a -> gradle:maybe normal
        gradle:b -> gradle:maybe normal
        gradle:b/c -> gradle:deep/d normal
        gradle:b/c -> gradle:maybe normal
        gradle:deep/d -> gradle:maybe normal
        gradle:e -> gradle:maybe normal
        gradle:maybe -> gradle:b normal
        gradle:moved -> gradle:maybe normal
        problem a/build.gradle:5 dependency.computed: a dependency on a project is computed here; it is not recorded
        problem build.gradle:6 dependency.computed: code selects the projects that depend on another here; it is not recorded
        problem settings.gradle:5 include.computed: a project is included by code here; it is not listed
        problem settings.gradle:10 include.conditional: projects are included on a condition here; they are listed as if it held
        problem settings.gradle:13 member.missing: the project `:missing` is to be at `missing`, which is no directory
        ",
    );
}

#[test]
fn kotlin_accessors_source_sets_and_catalogs() {
    check(
        r#"
//- settings.gradle.kts
include(":core-api", ":samples:one")
include(listOf("bom"))
//- gradle/libs.versions.toml
[versions]
ktor = "2.0"
[libraries]
ktor-server-core = { module = "io.ktor:ktor-server-core", version.ref = "ktor" }
plain = "g:n:1"
[bundles]
all = ["ktor-server-core", "plain"]
[plugins]
boot = { id = "org.springframework.boot", version = "3" }
//- core-api/build.gradle.kts
plugins {
    alias(libs.plugins.boot)
    kotlin("jvm")
}
kotlin {
    sourceSets {
        commonMain.dependencies { api(libs.ktor.server.core) }
        val jvmTest by getting {
            dependencies { implementation(projects.samples.one) }
        }
    }
}
//- samples/one/build.gradle.kts
dependencies {
    "friendsApi"(projects.coreApi)
    add("ksp", project(path = ":core-api"))
    testImplementation(libs.bundles.all)
    /* implementation(projects.bom) */
}
//- bom/build.gradle.kts
dependencies { constraints { api(project(":core-api")) } }
"#,
        "
        workspace gradle:. gradle
        gradle:. : in gradle:.
        gradle:bom :bom in gradle:.
        gradle:core-api :core-api in gradle:.
        + io.ktor:ktor-server-core 2.0 normal
        + org.springframework.boot 3 plugin
        gradle:samples :samples in gradle:.
        gradle:samples/one :samples:one in gradle:.
        + g:n 1 dev
        + io.ktor:ktor-server-core 2.0 dev
        gradle:bom -> gradle:core-api bom
        gradle:core-api -> gradle:samples/one dev
        gradle:samples/one -> gradle:core-api normal
        gradle:samples/one -> gradle:core-api build
        ",
    );
}

#[test]
fn a_build_that_code_describes_is_said_to_be_so() {
    check(
        r#"
//- settings.gradle
projects { server { +"a" } }
rootProject.children.each { project -> project.buildFileName = "${project.name}.gradle" }
//- a/build.gradle
//- named/settings.gradle
include 'x'
rootProject.children.each { project -> project.buildFileName = "${project.name}.gradle" }
//- named/x/x.gradle
dependencies { api 'g:n:1' }
"#,
        "
        workspace gradle:. gradle
        workspace gradle:named gradle
        gradle:. : in gradle:.
        gradle:a (no name)
        gradle:named : in gradle:named
        gradle:named/x :x in gradle:named
        + g:n 1 normal
        problem settings.gradle include.computed: includes no project that drift can read, but `a` has a build file; a plugin may include it
        ",
    );
}

#[test]
fn a_loop_over_literals_includes_each_of_them() {
    check(
        r#"
//- one/settings.gradle.kts
listOf(
    "a",
    "b:c",
).forEach { include(it) }
setOf("d").forEach { name ->
    include(name)
}
//- one/a/build.gradle.kts
//- one/b/c/build.gradle.kts
//- one/d/build.gradle.kts
//- two/settings.gradle
['x', 'y'].each { include it }
["z", prefix + "w"].each { include it }
//- two/x/build.gradle
//- two/y/build.gradle
//- two/z/build.gradle
"#,
        "
        workspace gradle:one gradle
        workspace gradle:two gradle
        gradle:one : in gradle:one
        gradle:one/a :a in gradle:one
        gradle:one/b :b in gradle:one
        gradle:one/b/c :b:c in gradle:one
        gradle:one/d :d in gradle:one
        gradle:two : in gradle:two
        gradle:two/x :x in gradle:two
        gradle:two/y :y in gradle:two
        gradle:two/z (no name)
        problem two/settings.gradle:2 include.computed: a project is included by code here; it is not listed
        ",
    );
}

#[test]
fn loops_over_literals_are_written_out() {
    check(
        r#"
//- settings.gradle
def prefix = 'lib'
def kinds = ['x', 'y']
['core', "web"].each { part ->
    include "$prefix-$part"
    project(":lib-$part").projectDir = new File(rootProject.projectDir, "libs/lib-${part}")
}
for (String kind in kinds) { include "kinds:$kind" }
kinds.each { ["a"].each { deep -> include "deep:${it}-${deep}" } }
['z'].each { include "${it.toUpperCase()}" }
//- libs/lib-core/build.gradle
["web"].each { dependencies { api project(":lib-$it") } }
//- libs/lib-web/build.gradle.kts
for (kind in listOf("x", "y")) {
    dependencies { testImplementation(project(":kinds:$kind")) }
}
//- kinds/x/build.gradle
//- kinds/y/build.gradle
//- deep/x-a/build.gradle
//- deep/y-a/build.gradle
"#,
        "
        workspace gradle:. gradle
        gradle:. : in gradle:.
        gradle:deep :deep in gradle:.
        gradle:deep/x-a :deep:x-a in gradle:.
        gradle:deep/y-a :deep:y-a in gradle:.
        gradle:kinds :kinds in gradle:.
        gradle:kinds/x :kinds:x in gradle:.
        gradle:kinds/y :kinds:y in gradle:.
        gradle:libs/lib-core :lib-core in gradle:.
        gradle:libs/lib-web :lib-web in gradle:.
        gradle:libs/lib-core -> gradle:libs/lib-web normal
        gradle:libs/lib-web -> gradle:kinds/x dev
        gradle:libs/lib-web -> gradle:kinds/y dev
        problem settings.gradle:9 include.computed: a project is included by code here; it is not listed
        ",
    );
}

#[test]
fn each_child_of_the_root_may_be_renamed_and_moved() {
    check(
        r#"
//- settings.gradle
include 'core', 'web'
rootProject.children.each { it.name = "acme-${it.name}" }
//- core/build.gradle
//- web/build.gradle
dependencies { implementation project(':acme-core') }
//- moved/settings.gradle.kts
include("core", "odd")
for (child in rootProject.children) {
    child.projectDir = file("modules/${child.name}")
    if (child.name == "odd") { child.name = "even" }
    child.name = child.name.reversed()
}
//- moved/modules/core/build.gradle.kts
//- moved/modules/odd/build.gradle.kts
"#,
        "
        workspace gradle:. gradle
        workspace gradle:moved gradle
        gradle:. : in gradle:.
        gradle:core :acme-core in gradle:.
        gradle:moved : in gradle:moved
        gradle:moved/modules/core :core in gradle:moved
        gradle:moved/modules/odd :odd in gradle:moved
        gradle:web :acme-web in gradle:.
        gradle:web -> gradle:core normal
        problem moved/settings.gradle.kts:4 include.computed: code selects the projects whose `name` is set here; none is changed
        problem moved/settings.gradle.kts:5 include.computed: the name of `:core` is computed here; it keeps that of its directory
        problem moved/settings.gradle.kts:5 include.computed: the name of `:odd` is computed here; it keeps that of its directory
        ",
    );
}

#[test]
fn a_project_may_be_named_in_a_map_or_from_the_root() {
    check(
        r#"
//- settings.gradle.kts
include("a", "b", "c")
//- a/build.gradle.kts
dependencies {
    implementation(project(mapOf("path" to ":b")))
    testImplementation(rootProject.project(":c"))
}
//- b/build.gradle.kts
dependencies {
    api(project(mapOf("configuration" to "x", "path" to ":c")))
    api(project(mapOf("path" to compute())))
}
//- c/build.gradle.kts
"#,
        "
        workspace gradle:. gradle
        gradle:. : in gradle:.
        gradle:a :a in gradle:.
        gradle:b :b in gradle:.
        gradle:c :c in gradle:.
        gradle:a -> gradle:b normal
        gradle:a -> gradle:c dev
        gradle:b -> gradle:c normal
        problem b/build.gradle.kts:3 dependency.computed: a dependency on a project is computed here; it is not recorded
        ",
    );
}

#[test]
fn a_script_that_settings_apply_includes_projects_too() {
    check(
        r#"
//- settings.gradle
include 'a'
apply from: "$rootDir/gradle/projects.gradle"
apply from: 'https://example.org/cache.gradle'
apply plugin: 'x'
//- gradle/projects.gradle
include 'b'
include compute()
apply from: 'gradle/projects.gradle'
//- a/build.gradle
//- b/build.gradle
"#,
        "
        workspace gradle:. gradle
        gradle:. : in gradle:.
        gradle:a :a in gradle:.
        gradle:b :b in gradle:.
        problem gradle/projects.gradle:2 include.computed: a project is included by code here; it is not listed
        ",
    );
}

#[test]
fn projects_of_a_named_list_in_moved_directories() {
    check(
        r#"
//- settings.gradle
rootProject.name = 'big-lib'
def subprojects = ['lib-a', 'lib-b']
def api = 'api'
include(subprojects as String[])
include api, 'flags'
project(':api').projectDir = "$rootDir/moved/api" as File
project(':flags').projectDir = 'moved/flags' as File
rootProject.children.each { prj ->
    if (prj.name.startsWith('lib-')) { println prj.name }
}
//- build.gradle
dependencies { runtimeOnly projects.libA }
//- lib-a/build.gradle
dependencies {
    implementation projects.bigLib.libB
    implementation projects.bigLib
    implementation projects.bigger.libB
    implementation project(':nope')
}
//- lib-b/build.gradle
//- moved/api/x.txt
//- moved/flags/x.txt
"#,
        "
        workspace gradle:. gradle
        gradle:. : in gradle:.
        gradle:lib-a :lib-a in gradle:.
        gradle:lib-b :lib-b in gradle:.
        gradle:moved/api :api in gradle:.
        gradle:moved/flags :flags in gradle:.
        gradle:. -> gradle:lib-a normal
        gradle:lib-a -> gradle:. normal
        gradle:lib-a -> gradle:lib-b normal
        problem lib-a/build.gradle:4 dependency.missing: there is no project `bigger.libB` in the build at `.`
        problem lib-a/build.gradle:5 dependency.missing: there is no project `:nope` in the build at `.`
        ",
    );
}

#[test]
fn a_project_that_a_plugin_or_a_foreign_script_may_include_is_not_missing() {
    check(
        r#"
//- settings.gradle.kts
val modules = listOf("a", "b")
include(*modules.toTypedArray())
apply(from = "$flutterSdkPath/packages/flutter_tools/gradle/app_plugin_loader.gradle")
//- a/build.gradle.kts
dependencies { implementation(project(":camera")) }
//- b/build.gradle.kts
//- app/settings.gradle.kts
plugins { id("dev.flutter.flutter-plugin-loader") version "1.0.0" }
include(":app")
//- app/app/build.gradle.kts
dependencies { implementation(project(":camera")) }
"#,
        "
        workspace gradle:. gradle
        workspace gradle:app gradle
        gradle:. : in gradle:.
        gradle:a :a in gradle:.
        gradle:app : in gradle:app
        gradle:app/app :app in gradle:app
        gradle:b :b in gradle:.
        ",
    );
}

#[test]
fn a_build_that_declares_too_much_for_too_many_is_cut() {
    let mut fixture = String::from("//- settings.gradle\n");
    (0..2000).for_each(|at| fixture += &format!("include 'p{at}'\n"));
    fixture += "//- build.gradle\nallprojects { dependencies {\n";
    (0..3000).for_each(|at| fixture += &format!("api 'g:n{at}:1'\n"));
    fixture += "} }\n";
    (0..2000).for_each(|at| fixture += &format!("//- p{at}/x.txt\n"));
    let discovery = crate::discover(&crate::MemorySource::fixture(&fixture), &Default::default());
    let codes: Vec<_> = discovery.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["manifest.too_large"]);
    assert_eq!(discovery.graph.projects.len(), 2001);
    let external: usize = discovery.graph.projects.iter().map(|project| project.external.len()).sum();
    assert!((900_000..1_100_000).contains(&external), "{external}");
}

#[test]
fn loops_over_children_within_each_other_are_read_once() {
    let loops = "rootProject.children.each { it.name = 'x'\n".repeat(40_000);
    let fixture = format!("//- settings.gradle\ninclude 'a'\n{loops}\n//- a/x.txt\n");
    let found = crate::discover(&crate::MemorySource::fixture(&fixture), &Default::default());
    assert_eq!(found.graph.projects.len(), 2);
}

#[test]
fn a_long_constant_used_often_stays_code() {
    let long = "a".repeat(1 << 20);
    let uses = "y = \"$x\"\n".repeat(1000);
    let loops = format!("['{long}'].each {{\n{}}}\n", "y = it\n".repeat(1000));
    let fixture =
        format!("//- settings.gradle\ndef x = '{long}'\n{uses}{loops}include 'a', \"$x\"\n//- a/x.txt\n");
    let found = crate::discover(&crate::MemorySource::fixture(&fixture), &Default::default());
    let problems: Vec<_> = found.problems.iter().map(|problem| (problem.code, problem.line)).collect();
    assert_eq!(problems, [("include.computed", Some(2004))]);
    assert_eq!(found.graph.projects.len(), 2);
}
