use crate::ecosystem::tests::check;

#[test]
fn packages_link_by_path() {
    check(
        r##"
//- Package.swift
// swift-tools-version:6.0
import PackageDescription
let package = Package(
  name: "app",
  dependencies: [
    .package(url: "https://example.org/acme/swift-log.git", from: "1.0.0"),
    .package(url: "https://example.org/acme/range", "1.0.0"..<"2.0.0"),
    .package(name: "Core", path: "Core"),
    // .package(path: "Commented"),
    .package(path: "Gone"),
    .package(path: "../outside"),
    .package(path: root + "/x"),
    .package(id: "mona.linked-list", exact: "1.1.0"),
  ],
  targets: [
    .target(name: "app", dependencies: [.product(name: "Log", package: "swift-log")])
  ]
)
//- Core/Package.swift
let package = Package(name: "Core")
package.dependencies += [.package(path: ".."), .package(path: #"../Other"#)]
//- Other/Package.swift
let package = Package(name: "Other\(1)")
"##,
        "
        swift:. app
        + mona.linked-list =1.1.0 normal
        + range  normal
        + swift-log 1.0.0 normal
        swift:Core Core
        swift:Other (no name)
        swift:. -> swift:Core normal
        swift:Core -> swift:. normal
        swift:Core -> swift:Other normal
        problem Other/Package.swift:1 manifest.computed: the name of the package is computed
        problem Package.swift:10 dependency.missing: the package `Gone` is to be at `Gone`, where there is no Package.swift
        problem Package.swift:12 dependency.computed: the path of a package is computed here; it is not recorded
        ",
    );
}
