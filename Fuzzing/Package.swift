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

// Sources/HTTPMessages and Sources/IPAddresses are links to the targets, which depend on nothing
// else: so this package needs none of Gatehouse's dependencies, and coverage is measured in the code
// under test.
let package = Package(
  name: "gatehouse-fuzzing",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "IPAddresses", swiftSettings: settings),
    .target(name: "HTTPMessages", dependencies: ["IPAddresses"], swiftSettings: settings),
    .executableTarget(
      name: "http-messages-fuzzer", dependencies: ["HTTPMessages"], swiftSettings: fuzzer),
  ]
)
