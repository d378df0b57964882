import ArgumentParser
import AsyncHTTPClient
import ControlPlaneClient
import Credentials
import SPIFFE
import WorkloadAPIClient

struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Print an access token for this very process.",
    discussion: """
      The node agent attests the process that runs this command; what it is allowed to have is \
      printed bare, for `$(gatehouse token ...)`. With --dpop-key the token is of use only with \
      proofs of that key, which `gatehouse dpop-proof` makes.
      """)

  @Option(help: ArgumentHelp("The service that the token is for.", valueName: "uri"))
  var audience: String

  @Option(help: "A scope; may be repeated. Without one, the token has no scopes.")
  var scope: [String] = []

  @Option(help: ArgumentHelp("Which identity, if there are several.", valueName: "id"))
  var spiffeID: String?

  @Option(help: ArgumentHelp("The server's URL.", valueName: "url"))
  var serverURL: String?

  @Option(help: ArgumentHelp("The issuer, which the proof is addressed to.", valueName: "url"))
  var issuer: String?

  @Option(
    help: ArgumentHelp(
      "Bind the token to this P-256 key; a new one is made if there is no such file.",
      valueName: "file"), completion: .file())
  var dpopKey: String?

  @OptionGroup var connection: WorkloadOptions

  func validate() throws {
    guard !self.audience.isEmpty else { throw ValidationError("expected a URI after --audience") }
    guard self.scope.allSatisfy({ !$0.isEmpty }) else {
      throw ValidationError("expected a scope after --scope")
    }
    if let spiffeID { try Subject.check(spiffeID: spiffeID) }
  }

  func run() async throws {
    let settings = try Settings.current()
    let url = try settings.value(.url, flag: self.serverURL)
    let binding = try self.dpopKey.map { try ProofKey(file: $0, makesMissing: true).binding }
    let proof = try await self.proof(issuer: settings.value(.issuer, flag: self.issuer))
    let issued = try await HTTPClient.withOneShot { http in
      try await TokenClient(baseURL: url, http: http).exchange(
        TokenExchange(
          subjectToken: proof, audience: self.audience, scopes: self.scope,
          proof: binding))
    }
    Terminal.write(issued.token.reveal())
  }

  /// A JWT-SVID that only the issuer accepts.
  private func proof(issuer: String) async throws -> Redacted<String> {
    let id = try self.spiffeID.map { try SPIFFEID(parsing: $0) }
    do {
      let svids = try await self.connection.client().fetchJWTSVIDs(audience: [issuer], id: id)
      guard let svid = svids.first else {
        throw CommandFailure("the Workload API gave no JWT-SVID: see `gatehouse status`")
      }
      return svid.token
    } catch let error as WorkloadAPIClientError {
      throw WorkloadOptions.explain(error)
    }
  }
}
