import EnvoyAuthorization
import HTTPMessages
import Inspection
import NIOCore
import SwiftProtobuf

extension OriginalRequest {
  /// The request that a check is about; what is missing is empty, and refused as such.
  static func of(
    _ check: Envoy_Service_Auth_V3_CheckRequest
  ) -> (OriginalRequest, bodyIsKnown: Bool) {
    let http = check.attributes.request.http
    let lines = http.hasHeaderMap ? Self.lines(http.headerMap) : Self.lines(http.headers)
    let address = check.attributes.source.address.socketAddress.address
    let source = try? SocketAddress(ipAddress: address, port: 0).ipAddress
    var original = OriginalRequest(
      method: Array(http.method.utf8), target: Array(http.path.utf8),
      host: Array(http.host.utf8), fields: lines.filter { Self.isField($0.name) },
      source: source ?? "unknown")
    original.isSecure = http.scheme == "https"
    original.canRemoveFields = true
    // Over HTTP/1 content is announced by fields. Over HTTP/2 it need not be announced at all.
    return (original, http.protocol.hasPrefix("HTTP/1."))
  }

  private static func lines(
    _ map: [String: String]
  ) -> [(name: [UInt8], value: [UInt8])] {
    map.sorted { $0.key < $1.key }.map { (Array($0.key.utf8), Array($0.value.utf8)) }
  }

  private static func lines(
    _ map: Envoy_Config_Core_V3_HeaderMap
  ) -> [(name: [UInt8], value: [UInt8])] {
    map.headers.map { line in
      let value = line.rawValue.isEmpty ? Array(line.value.utf8) : Array(line.rawValue)
      return (Array(line.key.utf8), value)
    }
  }

  /// Pseudo-fields of HTTP/2, and Host, are told of elsewhere.
  private static func isField(_ name: [UInt8]) -> Bool {
    name.first != UInt8(ascii: ":") && !name.elementsEqual("host".utf8)
  }
}

extension Envoy_Service_Auth_V3_CheckResponse {
  init(_ verdict: Verdict) {
    self.init()
    switch verdict.outcome {
    case .allowed(let permit):
      self.status = .with { $0.code = GoogleCode.ok }
      self.okResponse = .with { response in
        response.headers = verdict.identity.map { .overwriting($0.name, $0.value) }
        response.headersToRemove = Self.removed(verdict, permit)
        if !verdict.unchecked.isEmpty {
          response.headers.append(
            .overwriting(
              Verdict.FieldName.unchecked, verdict.unchecked.joined(separator: ", ")))
        }
      }
    case .refused(let refusal):
      self.status = .with {
        $0.code = GoogleCode.of(refusal.status.code)
        $0.message = refusal.code
      }
      self.deniedResponse = .with { response in
        response.status = .with { $0.code = Int32(clamping: refusal.status.code) }
        response.headers = Verdict.fields(refusal, requestID: verdict.requestID).map {
          .overwriting($0.name, $0.value)
        }
        response.body = String(
          decoding: refusal.problem(requestID: verdict.requestID).body(), as: UTF8.self)
      }
    }
  }

  /// What the client sent that could be taken for an identity or a route, and its credential where
  /// the service does not ask for it. What Envoy writes anew itself stays; so does what is set here,
  /// because Envoy removes after it sets.
  private static func removed(_ verdict: Verdict, _ permit: Permit) -> [String] {
    guard let head = verdict.head else { return [] }
    let set = Set(verdict.identity.map(\.name))
    var removed: Set<String> = []
    for field in head.fields {
      let name = field.lowercasedName
      if ImitatedField.isImitation(name.utf8) { removed.insert(name) }
      switch ForwardingRules.reasonToDrop(requestField: name) {
      case .identityOrRoute where !Self.isEnvoys(name) && !set.contains(name):
        removed.insert(name)
      case .credential where !permit.service.forwarding.forwardsToken: removed.insert(name)
      default: break
      }
    }
    return removed.sorted()
  }

  private static func isEnvoys(_ name: String) -> Bool {
    name.hasPrefix("x-envoy-") || name == "x-request-id" || name == "x-forwarded-for"
      || name == "x-forwarded-proto" || name == "x-forwarded-client-cert"
  }
}

extension Envoy_Config_Core_V3_HeaderValueOption {
  /// Says it both in the old way and in the new one.
  fileprivate static func overwriting(_ name: String, _ value: String) -> Self {
    .with { option in
      option.header = .with {
        $0.key = name
        $0.value = value
      }
      option.append = .init(false)
      option.appendAction = .overwriteIfExistsOrAdd
    }
  }
}

/// The codes of `google.rpc.Code` that a verdict can have.
private enum GoogleCode {
  static let ok: Int32 = 0

  static func of(_ status: Int) -> Int32 {
    switch status {
    case 400: 3
    case 401: 16
    case 404: 5
    case 429: 8
    case 500...: 14
    default: 7
    }
  }
}
