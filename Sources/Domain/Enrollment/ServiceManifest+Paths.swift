extension Service {
  private enum PathWish: String, CaseIterable {
    case refuse, allow
  }

  /// Reads `paths`: each exception is refused unless the manifest allows it.
  static func pathExceptions(
    _ reader: FieldReader, routes: [Route]
  ) throws(ManifestError) -> Set<PathException> {
    guard let object = try reader.object("paths") else { return [] }
    let fields = try FieldReader(
      object, path: reader.field("paths"), known: PathException.allCases.map(\.rawValue))
    var allowed: Set<PathException> = []
    for exception in PathException.allCases {
      if try fields.choice(exception.rawValue, default: PathWish.refuse) == .allow {
        allowed.insert(exception)
      }
    }
    // Whoever resolves `..` would leave the part of the host that is this service's.
    if allowed.contains(.dotSegments), routes.contains(where: { $0.pathPrefix != "/" }) {
      throw ManifestError(
        field: fields.field(PathException.dotSegments.rawValue),
        message: "expected `refuse` where a route has a `pathPrefix`: `..` would lead out of it")
    }
    return allowed
  }

  /// Reads `externalOrigin`: what clients write before the path.
  static func externalOrigin(_ reader: FieldReader) throws(ManifestError) -> String? {
    guard let text = try reader.optionalString("externalOrigin") else { return nil }
    guard UpstreamOrigin(text) != nil, text == text.lowercased() else {
      throw ManifestError(
        field: reader.field("externalOrigin"),
        message: "expected a lower-case origin such as `https://api.example`, without a path")
    }
    return text
  }
}
