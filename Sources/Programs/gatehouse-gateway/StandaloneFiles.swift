import Authorization
import Crypto
import Enrollment
import Gateway
import ManifestFiles
import StrictJSON

/// Everything that a gateway without a control plane reads: its configuration, and what that names.
struct StandaloneFiles {
  private let file: String

  /// What the files say, all of them valid together.
  struct Content {
    let configuration: GatewayConfiguration
    let world: FileWorld
    /// Changes with anything that was read; for people.
    let digest: String
    /// What somebody should look at, each with file and line.
    let warnings: [String]
    /// All that was read, sorted.
    let paths: [String]
  }

  /// - Parameter file: the configuration's.
  init(_ file: String) { self.file = file }

  /// - Throws: `ConfigurationProblems` with file and line of all that is wrong.
  func read() throws -> Content {
    let configuration = try GatewayConfiguration(file: self.file)
    guard case .standalone(let settings) = configuration.mode else {
      throw ConfigurationProblems([
        "\(self.file): a gateway that runs alone cannot take a `controlPlane`: restart it"
      ])
    }
    let manifests: ManifestSet
    do {
      manifests = try ManifestSet(reading: settings.manifests)
    } catch {
      throw ConfigurationProblems(error.problems.map(\.description))
    }
    do {
      let world = try FileWorldBuilder(
        documents: manifests.documents,
        policies: manifests.policies.map { .init(name: $0.name, text: $0.text) },
        settings: settings.files
      ).build()
      return Content(
        configuration: configuration, world: world, digest: try self.digest(settings, manifests),
        warnings: world.warnings.map { Self.line($0, manifests) },
        paths: Set(self.paths(settings) + manifests.contractPaths).sorted())
    } catch let error as InvalidFiles {
      throw ConfigurationProblems(error.problems.map { Self.line($0, manifests) })
    }
  }

  /// What to watch while nothing valid is there, as far as it is known.
  var watchedPaths: [String] {
    let configuration = try? GatewayConfiguration(file: self.file)
    guard case .standalone(let settings) = configuration?.mode else { return [self.file] }
    return self.paths(settings)
  }

  private func paths(_ settings: StandaloneSettings) -> [String] {
    [self.file] + settings.manifests + settings.keyFiles
  }

  private static func line(_ problem: FileProblem, _ manifests: ManifestSet) -> String {
    let place =
      manifests.location(kind: problem.kind, name: problem.name, field: problem.field)?.description
      ?? "\(problem.kind) `\(problem.name)`"
    return "\(place): \(problem.message)"
  }

  private func digest(_ settings: StandaloneSettings, _ manifests: ManifestSet) throws -> String {
    var hash = SHA256()
    func add(_ text: String) {
      withUnsafeBytes(of: UInt64(text.utf8.count).bigEndian) { hash.update(bufferPointer: $0) }
      hash.update(data: Array(text.utf8))
    }
    for path in [self.file] + settings.keyFiles {
      add(try BoundedFile.text(of: path, upTo: TrustMaterial.maximumBytes))
    }
    for document in manifests.documents {
      add("\(document.kind.rawValue)/\(document.name)")
      add(String(decoding: document.spec.canonical(), as: UTF8.self))
      add(document.contract ?? "")
    }
    for policy in manifests.policies {
      add("Policy/\(policy.name)")
      add(policy.text)
    }
    return hash.finalize().map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0\(digits)" : digits
    }.joined()
  }
}
