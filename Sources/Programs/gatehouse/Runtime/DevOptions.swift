import ArgumentParser
import SPIFFE

/// What `gatehouse dev` is asked for.
struct DevOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The state folder.", valueName: "dir"))
  var state = ".gatehouse"

  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp(
      "Manifests and policies to apply at start: a file or a folder.", valueName: "path"),
    completion: .file())
  var files: [String] = []

  @Option(help: "The trust domain; fixed at the first start.")
  var trustDomain: String?

  @Option(help: ArgumentHelp("Where the control plane listens.", valueName: "address:port"))
  var apiListen: ListenAddress?

  @Option(help: ArgumentHelp("Where the gateway listens.", valueName: "address:port"))
  var gatewayListen: ListenAddress?

  @Option(help: "A user besides this one and root who may administer.")
  var adminUID: UInt32?

  static let defaultTrustDomain = "gatehouse.test"
}
