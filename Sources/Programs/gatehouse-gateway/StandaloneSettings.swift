import Enrollment
import Gateway
import Inspection
import JOSE
import ManifestFiles
import OAuth
import SPIFFE

/// What the configuration of a gateway without a control plane says: where manifests and policies are,
/// and whose credentials count.
struct StandaloneSettings {
  let files: FileSettings
  /// Folders and files of manifests and policies.
  let manifests: [String]
  /// All other files that this was read from, besides the configuration itself.
  let keyFiles: [String]

  init(_ root: ConfigurationNode, leeway: Int64) throws {
    var problems = ConfigurationProblems()
    var reader = KeyFileReader()
    var settings = FileSettings()
    settings.leeway = leeway
    settings.trustDomain =
      problems.attempt {
        try root.optional("trustDomain")?.parse { try TrustDomain(parsing: $0) }
      } ?? nil
    problems.attempt {
      guard let node = try root.optional("registration") else { return }
      settings.registration = try node.choice(GatewayWorld.Registration.self)
    }
    for node in problems.attempt({ try root.elements("issuers") }) ?? [] {
      let issuer = problems.attempt { try FileSettings.Issuer(node, &reader) }
      guard let issuer else { continue }
      if settings.issuers.contains(where: { $0.name == issuer.name }) {
        problems.add(node.error("this issuer stands here twice").description)
      }
      settings.issuers.append(issuer)
    }
    for node in problems.attempt({ try root.elements("trustBundles") }) ?? [] {
      let bundle = problems.attempt { try FileSettings.Bundle(node, &reader) }
      guard let bundle else { continue }
      if settings.bundles.contains(where: { $0.trustDomain == bundle.trustDomain }) {
        problems.add(node.error("this trust domain stands here twice").description)
      }
      settings.bundles.append(bundle)
    }
    var manifests: [String] = []
    for name in ["services", "policies", "workloads"] {
      problems.attempt {
        let nodes = try root.texts(name)
        if nodes.isEmpty, name != "workloads" { _ = try root.required(name) }
        for node in nodes { manifests.append(try node.filePath()) }
      }
    }
    if settings.issuers.isEmpty, settings.bundles.isEmpty, problems.lines.isEmpty {
      problems.add(
        root.error(
          "whose credentials count? expected `issuers` or `trustBundles`, or a `controlPlane`"
        ).description)
    }
    try problems.throwAny()
    self.files = settings
    self.manifests = manifests
    self.keyFiles = reader.paths
  }
}

/// Reads the files of keys that a configuration names.
struct KeyFileReader {
  private(set) var paths: [String] = []

  mutating func text(_ node: ConfigurationNode) throws -> String {
    let path = try node.filePath()
    self.paths.append(path)
    do {
      return try BoundedFile.text(of: path, upTo: TrustMaterial.maximumBytes)
    } catch {
      throw node.error("`\(path)`: \(error.problem.message)")
    }
  }
}

extension FileSettings.Issuer {
  fileprivate init(_ node: ConfigurationNode, _ reader: inout KeyFileReader) throws {
    try node.allowOnly([
      "issuer", "discovery", "jwksUri", "jwksFile", "keyHosts", "types", "untyped", "claims",
      "algorithms", "trustDomains", "permitLoopbackHTTP", "caFile", "refresh",
    ])
    let name = try node.required("issuer").text()
    let algorithms = try node.texts("algorithms").map { try $0.choice(SignatureAlgorithm.self) }
    let domains = try node.texts("trustDomains").map { item in
      try item.parse { try TrustDomain(parsing: $0) }
    }
    let allowed = algorithms.isEmpty ? [.es256] : Set(algorithms)
    let keys = try Self.keys(node, name, allowed, &reader)
    self.init(
      name: name, profile: try Self.profile(node), algorithms: allowed,
      trustDomains: Set(domains), keys: keys)
    // The rules for the name of an issuer are the world's.
    _ = try node.required("issuer").parse {
      try TokenIssuer(issuer: $0, keys: .unavailable(retryAfterSeconds: 1))
    }
  }

  private static func profile(_ node: ConfigurationNode) throws -> AccessTokenProfile {
    let types = try node.texts("types").map { item in
      try item.parse { text in
        guard let type = AccessTokenProfile.canonicalType(text) else {
          throw ConfigurationError("expected a media type, such as `at+jwt`")
        }
        return type
      }
    }
    return AccessTokenProfile(
      types: types.isEmpty ? ["at+jwt"] : Set(types),
      acceptsUntyped: try node.optional("untyped")?.boolean() ?? false,
      claims: try node.optional("claims")?.choice(AccessTokenProfile.Claims.self) ?? .complete)
  }

  private static func keys(
    _ node: ConfigurationNode, _ issuer: String, _ algorithms: Set<SignatureAlgorithm>,
    _ reader: inout KeyFileReader
  ) throws -> FileSettings.KeyPlace {
    let named = try ["discovery", "jwksUri", "jwksFile"].filter { try node.optional($0) != nil }
    guard named.count <= 1 else {
      throw node.error("expected one of \(named.map { "`\($0)`" }.joined(separator: ", "))")
    }
    if let file = try node.optional("jwksFile") {
      return .fixed(try Self.keySet(try reader.text(file), file, algorithms))
    }
    let location: TrustSource.Location
    if let uri = try node.optional("jwksUri") {
      location = .document(try uri.parse { try DocumentURL($0) })
    } else {
      location = .discovery(
        try node.optional("discovery")?.choice(TrustSource.MetadataKind.self) ?? .openID)
      _ = try node.required("issuer").parse { try DocumentURL($0) }
    }
    var source = TrustSource(owner: .issuer(issuer), location: location)
    source.algorithms = algorithms
    source.keyHosts = Set(try node.texts("keyHosts").map { try $0.text() })
    try source.read(node, &reader)
    return .followed(source)
  }

  /// A file that holds no usable key is a mistake, not a withdrawal.
  private static func keySet(
    _ text: String, _ node: ConfigurationNode, _ algorithms: Set<SignatureAlgorithm>
  ) throws -> TrustMaterial {
    do {
      let (material, notes) = try TrustMaterial.keySet(Array(text.utf8), permitting: algorithms)
      guard case .keys(let keys) = material, !keys.isEmpty else {
        throw ConfigurationError(
          "it holds no key for \(algorithms.map(\.rawValue).sorted().joined(separator: ", "))"
            + (notes.first.map { ": \($0)" } ?? ""))
      }
      return material
    } catch {
      throw node.error("\(error)")
    }
  }
}

extension FileSettings.Bundle {
  fileprivate init(_ node: ConfigurationNode, _ reader: inout KeyFileReader) throws {
    try node.allowOnly([
      "trustDomain", "file", "url", "permitLoopbackHTTP", "caFile", "refresh",
    ])
    let name = try node.required("trustDomain").parse { try TrustDomain(parsing: $0) }
    switch (try node.optional("file"), try node.optional("url")) {
    case (let file?, nil):
      let text = try reader.text(file)
      do {
        let material = try TrustMaterial.bundle(Array(text.utf8), of: name)
        self.init(trustDomain: name, keys: .fixed(material))
      } catch {
        throw file.error("\(error)")
      }
    case (nil, let url?):
      var source = TrustSource(
        owner: .trustDomain(name), location: .document(try url.parse { try DocumentURL($0) }))
      try source.read(node, &reader)
      self.init(trustDomain: name, keys: .followed(source))
    default: throw node.error("expected one of `file`, `url`")
    }
  }
}

extension TrustSource {
  /// Reads what issuers and trust domains have in common.
  fileprivate mutating func read(
    _ node: ConfigurationNode, _ reader: inout KeyFileReader
  ) throws {
    self.permitsLoopbackHTTP = try node.optional("permitLoopbackHTTP")?.boolean() ?? false
    if case .document(let url) = self.location, url.isPlain, !self.permitsLoopbackHTTP {
      throw node.error("plain http needs `permitLoopbackHTTP: true`")
    }
    if case .issuer(let issuer) = self.owner, case .discovery = self.location,
      issuer.hasPrefix("http://"), !self.permitsLoopbackHTTP
    {
      throw node.error("plain http needs `permitLoopbackHTTP: true`")
    }
    if let file = try node.optional("caFile") { self.authorities = try reader.text(file) }
    guard let refresh = try node.optional("refresh") else { return }
    try refresh.allowOnly(["minimum", "usual", "maximum", "maximumStale", "coolDown"])
    try refresh.time("minimum", 1...86_400) { self.timing.minimum = $0 }
    try refresh.time("usual", 1...86_400) { self.timing.usual = $0 }
    try refresh.time("maximum", 1...86_400) { self.timing.maximum = $0 }
    try refresh.time("maximumStale", 0...604_800) { self.timing.maximumStale = $0 }
    try refresh.time("coolDown", 1...3600) { self.timing.coolDown = $0 }
    guard self.timing.minimum <= self.timing.maximum else {
      throw refresh.error("`minimum` is longer than `maximum`")
    }
  }
}

extension ConfigurationNode {
  fileprivate func time(
    _ name: String, _ range: ClosedRange<Int64>, _ use: (Int64) -> Void
  ) throws {
    if let seconds = try self.optional(name)?.seconds(in: range) { use(seconds) }
  }
}
