import ArgumentParser
import ControlPlane
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

  @Option(
    help: ArgumentHelp(
      "Where clients with an X.509-SVID get tokens that are bound to it.",
      valueName: "address:port"))
  var mtlsListen: ListenAddress?

  @Flag(help: "Ask for a nonce of the server in DPoP proofs at the token endpoint.")
  var dpopNonce = false

  @OptionGroup var administrators: Administrators

  /// Who may administer besides the server's own user and root.
  struct Administrators: ParsableArguments {
    @Option(help: "A user besides this one and root who may administer.")
    var adminUID: UInt32?

    @Option(
      help: ArgumentHelp(
        "What that user may do beyond the ordinary: `shadow-forbid` puts a forbid into shadow.",
        valueName: "right"))
    var adminRight: [AdministratorRight] = []

    func validate() throws {
      guard self.adminUID != nil || self.adminRight.isEmpty else {
        throw ValidationError("--admin-right needs --admin-uid: the other administrators have all")
      }
    }
  }

  static let defaultTrustDomain = "gatehouse.test"
}
