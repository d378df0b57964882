import Credentials
import OpenAPIContract
package import StrictJSON

extension Service {
  /// Reads the spec of a Service manifest together with its contract.
  package init(name: String, spec: JSONObject, contract: String?) throws(ManifestError) {
    let reader = try FieldReader(
      spec, path: "spec",
      known: [
        "owner", "purpose", "exposure", "audience", "routes", "upstream", "contract", "anonymous",
        "tokenLifetime", "forwardToken", "audit", "senderConstraint", "enforcement",
        "limits", "webSocket", "externalOrigin", "paths",
      ])
    _ = try reader.string("contract")
    let parsed = try Self.parse(contract, field: reader.field("contract"))
    self.init(
      name: name, owner: try reader.string("owner"), purpose: try reader.string("purpose"),
      exposure: try reader.choice("exposure", default: Exposure?.none),
      audience: try Self.audience(reader), routes: try Self.routes(reader),
      upstream: try Upstream(
        field: reader.field("upstream"), value: reader.value("upstream")), contract: contract ?? "",
      anonymous: try Self.anonymous(reader, contract: parsed),
      tokenLifetime: try reader.duration("tokenLifetime", default: 300, in: 1...3600),
      forwardToken: try reader.boolean("forwardToken", default: false),
      audit: try reader.choice("audit", default: .required),
      senderConstraint: try reader.choice(
        "senderConstraint", default: Service.SenderConstraint.none),
      enforcement: try Self.enforcement(reader), limits: try Self.limits(reader))
    self.webSocket = try reader.boolean("webSocket", default: false)
    self.externalOrigin = try Self.externalOrigin(reader)
    self.pathExceptions = try Self.pathExceptions(reader, routes: self.routes)
  }

  private static func parse(_ text: String?, field: String) throws(ManifestError) -> Contract {
    guard let text else {
      throw ManifestError(field: field, message: "the contract was not sent with the manifest")
    }
    do {
      return try Contract(parsing: text)
    } catch {
      throw ManifestError(field: field, message: "\(error)")
    }
  }

  private static func audience(_ reader: FieldReader) throws(ManifestError) -> String {
    let audience = try reader.string("audience")
    guard audience.utf8.count <= 512, audience.contains("://"), Self.isPrintable(audience) else {
      throw ManifestError(
        field: reader.field("audience"),
        message: "expected an absolute URI of at most 512 bytes, such as `https://orders.example`")
    }
    return audience
  }

  private static func routes(_ reader: FieldReader) throws(ManifestError) -> [Route] {
    var routes: [Route] = []
    for (index, value) in try reader.array("routes").enumerated() {
      let path = "\(reader.field("routes"))[\(index)]"
      guard let object = value.objectValue else {
        throw ManifestError(field: path, message: "expected a mapping")
      }
      let fields = try FieldReader(object, path: path, known: ["host", "pathPrefix"])
      let host = try fields.string("host")
      guard Self.isHostName(host) else {
        throw ManifestError(
          field: fields.field("host"), message: "expected a lower-case host name without a port")
      }
      let prefix = try fields.optionalString("pathPrefix") ?? "/"
      guard Self.isPlainPath(prefix) else {
        throw ManifestError(
          field: fields.field("pathPrefix"),
          message: "expected a plain path such as `/` or `/v1`")
      }
      routes.append(Route(host: host, pathPrefix: prefix))
    }
    guard !routes.isEmpty else {
      throw ManifestError(field: reader.field("routes"), message: "required: at least one route")
    }
    return routes
  }

  private static func anonymous(
    _ reader: FieldReader, contract: Contract
  ) throws(ManifestError) -> [String] {
    let names = try reader.strings("anonymous")
    let known = contract.operations.map(\.id)
    for (index, name) in names.enumerated() where !known.contains(name) {
      let hint = NearestName.of(name, among: known).map { "; did you mean `\($0)`?" } ?? ""
      throw ManifestError(
        field: "\(reader.field("anonymous"))[\(index)]",
        message: "the contract has no such operation\(hint)")
    }
    return names
  }

  private static func enforcement(
    _ reader: FieldReader
  ) throws(ManifestError) -> [EnforcedStage: Enforcement] {
    guard let object = try reader.object("enforcement") else { return [:] }
    let fields = try FieldReader(
      object, path: reader.field("enforcement"), known: EnforcedStage.allCases.map(\.rawValue))
    var modes: [EnforcedStage: Enforcement] = [:]
    for stage in EnforcedStage.allCases where object[stage.rawValue] != nil {
      modes[stage] = try fields.choice(stage.rawValue, default: Enforcement?.none)
    }
    return modes
  }

  private static func limits(_ reader: FieldReader) throws(ManifestError) -> Limits {
    var limits = Limits()
    guard let object = try reader.object("limits") else { return limits }
    let fields = try FieldReader(
      object, path: reader.field("limits"), known: ["requestBody", "responseTimeout"])
    limits.requestBody = try fields.integer(
      "requestBody", default: limits.requestBody, in: 0...(1 << 40))
    limits.responseTimeout = try fields.duration(
      "responseTimeout", default: limits.responseTimeout, in: 1...3600)
    return limits
  }

  /// A prefix that requests' paths, in their canonical form, can begin with.
  private static func isPlainPath(_ path: String) -> Bool {
    path.hasPrefix("/") && Self.isPrintable(path) && !path.contains("//")
      && !path.contains(where: { "%?#\\".contains($0) })
      && !path.split(separator: "/").contains { $0 == "." || $0 == ".." }
  }

  private static func isPrintable(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  private static func isHostName(_ text: String) -> Bool {
    text.utf8.count <= 253
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "."):
          return true
        default: return false
        }
      } && !text.hasPrefix(".") && !text.contains("..")
  }
}
