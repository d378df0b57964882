import SPIFFE
import StrictJSON

extension Service.Upstream {
  static let mostEndpoints = 64

  /// Reads `upstream`: an origin, or a mapping with endpoints.
  init(field: String, value: JSONValue?) throws(ManifestError) {
    switch value {
    case .none: throw ManifestError(field: field, message: "required, and missing")
    case .some(let value):
      if let text = value.stringValue {
        let origin = try Self.origin(text, field: field)
        self.init(endpoints: [Endpoint(origin: origin)])
      } else if let object = value.objectValue {
        try self.init(field: field, object: object)
      } else {
        throw ManifestError(
          field: field,
          message:
            "expected an origin such as `http://127.0.0.1:9001`, or a mapping with `endpoints`"
        )
      }
    }
  }

  private init(field: String, object: JSONObject) throws(ManifestError) {
    let reader = try FieldReader(
      object, path: field,
      known: [
        "endpoints", "healthCheck", "outlier", "dns", "tls", "connectTimeout", "idleTimeout",
        "retries",
      ])
    self.init(endpoints: try Self.endpoints(reader))
    try self.readTLS(reader)
    try self.readHealthCheck(reader)
    try self.readOutlier(reader)
    if let dns = try reader.object("dns") {
      let fields = try FieldReader(dns, path: reader.field("dns"), known: ["refresh"])
      self.dnsRefresh = try fields.duration("refresh", default: 30, in: 1...3600)
    }
    self.connectTimeout = try Self.optionalDuration(reader, "connectTimeout", in: 1...60)
    self.idleTimeout = try Self.optionalDuration(reader, "idleTimeout", in: 1...3600)
    if let retries = try reader.object("retries") {
      let fields = try FieldReader(retries, path: reader.field("retries"), known: ["count"])
      self.retries = try fields.integer("count", default: 1, in: 0...3)
    }
  }

  private static func optionalDuration(
    _ reader: FieldReader, _ name: String, in range: ClosedRange<Int64>
  ) throws(ManifestError) -> Int64? {
    guard reader.value(name) != nil else { return nil }
    return try reader.duration(name, default: range.lowerBound, in: range)
  }

  private static func origin(
    _ text: String, field: String
  ) throws(ManifestError) -> UpstreamOrigin {
    guard let origin = UpstreamOrigin(text) else {
      throw ManifestError(
        field: field,
        message: "expected an origin such as `http://127.0.0.1:9001`, without a path")
    }
    return origin
  }

  private static func endpoints(_ reader: FieldReader) throws(ManifestError) -> [Endpoint] {
    let values = try reader.array("endpoints")
    let field = reader.field("endpoints")
    guard !values.isEmpty else {
      throw ManifestError(field: field, message: "required: at least one endpoint")
    }
    guard values.count <= Self.mostEndpoints else {
      throw ManifestError(field: field, message: "expected at most \(Self.mostEndpoints) endpoints")
    }
    var endpoints: [Endpoint] = []
    for (index, value) in values.enumerated() {
      let path = "\(field)[\(index)]"
      guard let object = value.objectValue else {
        throw ManifestError(field: path, message: "expected a mapping with `url`")
      }
      let fields = try FieldReader(object, path: path, known: ["url", "weight"])
      let origin = try Self.origin(try fields.string("url"), field: fields.field("url"))
      if let problem = Self.problem(of: origin, beside: endpoints) {
        throw ManifestError(field: fields.field("url"), message: problem)
      }
      let weight = try fields.integer("weight", default: 1, in: 1...1000)
      endpoints.append(Endpoint(origin: origin, weight: Int(clamping: weight)))
    }
    return endpoints
  }

  private static func problem(of origin: UpstreamOrigin, beside others: [Endpoint]) -> String? {
    if let first = others.first, first.origin.scheme != origin.scheme {
      return "expected the scheme of the first endpoint: all are reached in one way"
    }
    return others.contains { $0.origin == origin } ? "stands here twice" : nil
  }

  private mutating func readHealthCheck(_ reader: FieldReader) throws(ManifestError) {
    guard let object = try reader.object("healthCheck") else { return }
    let fields = try FieldReader(
      object, path: reader.field("healthCheck"),
      known: ["path", "interval", "timeout", "unhealthyAfter", "healthyAfter", "expect"])
    let path = try fields.string("path")
    guard Self.isRequestTarget(path) else {
      throw ManifestError(
        field: fields.field("path"), message: "expected a path such as `/healthz`")
    }
    let interval = try fields.duration("interval", default: 5, in: 1...3600)
    let timeout = try fields.duration("timeout", default: min(2, interval), in: 1...60)
    guard timeout <= interval else {
      throw ManifestError(
        field: fields.field("timeout"),
        message: "expected at most `interval`, which is \(interval) seconds")
    }
    self.healthCheck = HealthCheck(
      path: path, interval: interval, timeout: timeout,
      unhealthyAfter: try fields.integer("unhealthyAfter", default: 3, in: 1...10),
      healthyAfter: try fields.integer("healthyAfter", default: 2, in: 1...10),
      expected: try Self.statuses(fields))
  }

  private static func statuses(_ fields: FieldReader) throws(ManifestError) -> [Int64] {
    guard fields.value("expect") != nil else { return [200] }
    let values = try fields.array("expect")
    guard (1...16).contains(values.count) else {
      throw ManifestError(field: fields.field("expect"), message: "expected 1 to 16 statuses")
    }
    var statuses: [Int64] = []
    for (index, value) in values.enumerated() {
      guard let status = value.integerValue, (200...599).contains(status) else {
        throw ManifestError(
          field: "\(fields.field("expect"))[\(index)]", message: "expected a status from 200 to 599"
        )
      }
      statuses.append(status)
    }
    return statuses
  }

  private static func isRequestTarget(_ text: String) -> Bool {
    text.utf8.first == UInt8(ascii: "/") && text.utf8.count <= 1024
      && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
  }

  private mutating func readOutlier(_ reader: FieldReader) throws(ManifestError) {
    guard let object = try reader.object("outlier") else { return }
    let fields = try FieldReader(
      object, path: reader.field("outlier"),
      known: ["consecutiveFailures", "ejection", "maximumEjected"])
    self.outlier.consecutiveFailures = try fields.integer(
      "consecutiveFailures", default: 5, in: 1...1000)
    self.outlier.ejection = try fields.duration("ejection", default: 30, in: 1...3600)
    self.outlier.maximumEjected = try fields.integer("maximumEjected", default: 50, in: 0...100)
  }
}
