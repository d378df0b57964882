// swift-tools-version: 6.2
import PackageDescription

/// The same settings as in the package that is fuzzed.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// libFuzzer brings its own `main`.
let fuzzer = settings + [.unsafeFlags(["-parse-as-library"])]

// Sources/HTTPMessages is a link to the target, which depends on nothing: so this package needs
// none of Gatehouse's dependencies, and coverage is measured in the code under test.
let package = Package(
  name: "gatehouse-fuzzing",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "HTTPMessages", swiftSettings: settings),
    .executableTarget(
      name: "http-messages-fuzzer", dependencies: ["HTTPMessages"], swiftSettings: fuzzer),
  ]
)
