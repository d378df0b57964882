import ArgumentParser
import Credentials
import SPIFFE
import WorkloadAPIClient
import X509

struct SVIDFetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Fetch the X.509-SVID of this process.",
    discussion: """
      Writes svid.pem, svid_key.pem (readable by the owner only) and bundle.pem, each in one \
      rename. With --watch they are kept fresh, and removed when the identity is withdrawn.
      """)

  @Option(help: ArgumentHelp("The folder for the files.", valueName: "dir"), completion: .directory)
  var write: String?

  @Flag(help: "Stay, and write again whenever there is a new one.")
  var watch = false

  @OptionGroup var connection: WorkloadOptions

  func validate() throws {
    guard !self.watch || self.write != nil else {
      throw ValidationError("--watch keeps files fresh: say where with --write")
    }
  }

  func run() async throws {
    let client = try self.connection.client()
    let files = self.write.map(SVIDFiles.init(folder:))
    do {
      guard self.watch, let files else {
        return try Self.take(try await client.fetchX509Context(), files)
      }
      try await client.followX509Contexts(pause: { try await Task.sleep(for: $0) }) { event in
        switch event {
        case .current(let context): try Self.take(context, files)
        case .withdrawn(let error):
          files.remove()
          Terminal.complain("the identity is withdrawn, and its files are removed: \(error)")
        case .interrupted(let error): Terminal.complain("\(error); trying again")
        }
      }
    } catch let error as WorkloadAPIClientError {
      throw WorkloadOptions.explain(error)
    }
  }

  private static func take(_ context: FetchedX509Context, _ files: SVIDFiles?) throws {
    guard let svid = context.svids.first else { return }
    try files?.write(svid)
    let expiry = Instant(seconds: svid.chain.leaf.notAfterSeconds)
    Terminal.write("\(svid.id) until \(expiry)")
  }
}
