use crate::ecosystem::tests::check;

#[test]
fn a_script_that_a_build_file_applies_counts_as_part_of_it() {
    check(
        r#"
//- settings.gradle
include 'a', 'b', 'c', 'd', 'e'
//- build.gradle
subprojects {
    apply from: "${rootDir}/gradle/common.gradle"
    apply from: 'https://example.org/elsewhere.gradle'
    apply from: "$flutterRoot/flutter.gradle"
}
configure(chosenProjects) {
    apply from: "$rootDir/gradle/common.gradle"
    apply from: "$rootDir/gradle/external.gradle"
}
//- gradle/common.gradle
apply from: rootProject.file('gradle/more.gradle')
dependencies { implementation project(':a') }
//- gradle/more.gradle
apply from: "$rootDir/gradle/common.gradle"
dependencies { testImplementation project(compute()) }
//- gradle/external.gradle
dependencies { api 'g:n:1' }
//- a/build.gradle
apply from: new File(rootProject.projectDir, "gradle/external.gradle")
apply from: 'gone.gradle'
apply from: 'node_modules/gone.gradle'
//- b/build.gradle.kts
apply(from = "own.gradle.kts")
apply(plugin = "java")
//- b/own.gradle.kts
dependencies { "api"(project(":c")) }
//- c/build.gradle
apply { from '../b/own.gradle.kts'; plugin 'java' }
//- d/build.gradle
apply from: rootDir.path + '/gradle/external.gradle'
//- e/build.gradle
"#,
        "
        workspace gradle:. gradle
        gradle:. : in gradle:.
        gradle:a :a in gradle:.
        + g:n 1 normal
        gradle:b :b in gradle:.
        gradle:c :c in gradle:.
        gradle:d :d in gradle:.
        + g:n 1 normal
        gradle:e :e in gradle:.
        gradle:b -> gradle:a normal
        gradle:b -> gradle:c normal
        gradle:c -> gradle:a normal
        gradle:d -> gradle:a normal
        gradle:e -> gradle:a normal
        problem a/build.gradle:2 script.missing: the script `a/gone.gradle` that is applied here is no file of the repository; what it declares is not recorded
        problem build.gradle:4 script.computed: a script whose name is computed is applied here; what it declares is not recorded
        problem build.gradle:7 dependency.computed: code selects the projects that apply a script with dependencies on projects here; they are not recorded
        problem gradle/more.gradle:2 dependency.computed: a dependency on a project is computed here; it is not recorded
        ",
    );
}

#[test]
fn convention_plugins_of_the_repository_declare_dependencies() {
    check(
        r#"
//- settings.gradle.kts
pluginManagement { includeBuild("build-logic") }
include("a", "b", "c", "lib", "test-kit")
//- gradle/libs.versions.toml
[plugins]
feature = { id = "acme.feature" }
//- build.gradle.kts
plugins { id("acme.feature") apply false }
//- a/build.gradle.kts
plugins {
    id("acme.java")
    id("org.example.elsewhere") version "1"
}
//- b/build.gradle.kts
plugins {
    `old-style`
    alias(libs.plugins.feature)
}
//- c/build.gradle
apply plugin: 'acme.java'
apply plugin: chosen
//- lib/build.gradle.kts
//- test-kit/build.gradle.kts
//- buildSrc/src/main/groovy/old-style.gradle
dependencies { testImplementation project(':test-kit') }
//- buildSrc/src/main/kotlin/unused.gradle.kts
dependencies { api(project(":nowhere")) }
//- buildSrc/src/main/kotlin/some.settings.gradle.kts
//- build-logic/settings.gradle.kts
include("convention")
//- build-logic/convention/build.gradle.kts
plugins { `kotlin-dsl` }
//- build-logic/convention/src/main/kotlin/deep/java.gradle.kts
package acme

plugins { java }
dependencies { implementation(project(":lib")) }
//- build-logic/convention/src/main/kotlin/acme.feature.gradle.kts
plugins { id("acme.java") }
//- build-logic/convention/src/main/kotlin/Feature.kt
class Feature : Plugin<Project> {
    override fun apply(target: Project) {
        with(target) {
            val own = project("x")
            dependencies {
                "implementation"(libs.findLibrary("x").get())
                "implementation"(project(":lib"))
            }
        }
    }
}
//- build-logic/convention/src/main/java/Other.java
class Other { void apply(Project p) { p.getDependencies().add("api", p.project(":lib")); } }
//- build-logic/convention/src/main/java/Harmless.java
class Harmless { Object dependencies = root.project(":lib").getTasks(); }
"#,
        "
        workspace gradle:. gradle
        workspace gradle:build-logic gradle
        gradle:. : in gradle:.
        + acme.feature  plugin
        gradle:a :a in gradle:.
        + acme.java  plugin
        + org.example.elsewhere 1 plugin
        gradle:b :b in gradle:.
        + acme.feature  plugin
        + acme.java  plugin
        gradle:build-logic : in gradle:build-logic
        gradle:build-logic/convention :convention in gradle:build-logic
        gradle:c :c in gradle:.
        gradle:lib :lib in gradle:.
        gradle:test-kit :test-kit in gradle:.
        gradle:a -> gradle:lib normal
        gradle:b -> gradle:lib normal
        gradle:b -> gradle:test-kit dev
        gradle:c -> gradle:lib normal
        problem build-logic/convention/src/main/java/Other.java:1 dependency.computed: a plugin declares a dependency on a project by code here; it is not recorded for the projects that apply the plugin: declare it in their build files or in a script plugin
        problem build-logic/convention/src/main/kotlin/Feature.kt:7 dependency.computed: a plugin declares a dependency on a project by code here; it is not recorded for the projects that apply the plugin: declare it in their build files or in a script plugin
        problem c/build.gradle:2 plugin.computed: a plugin whose id is computed is applied here; what it declares is not recorded
        ",
    );
}
