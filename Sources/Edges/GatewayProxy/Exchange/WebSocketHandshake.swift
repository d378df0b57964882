import Crypto
import FoundationEssentials
import HTTPMessages

/// The opening handshake of a WebSocket, RFC 6455 section 4: what a client asked, and whether a
/// service's answer fits. Only then do bytes pass that nobody inspects.
struct WebSocketHandshake {
  private let key: String

  /// `nil` unless the request is a valid opening handshake, section 4.2.1.
  init?(_ head: RequestHead) {
    guard head.method == .get, head.framing == .none, head.connectionOptions.contains("upgrade"),
      Self.only("upgrade", head)?.lowercased() == "websocket",
      Self.only("sec-websocket-version", head) == "13",
      let key = Self.only("sec-websocket-key", head), Data(base64Encoded: key)?.count == 16
    else { return nil }
    self.key = key
  }

  private static func only(_ name: String, _ head: RequestHead) -> String? {
    let found = head.fields.all(named: name)
    return found.count == 1 ? found.first?.text : nil
  }

  /// Whether a 101 is the service's agreement to this very handshake, section 4.2.2.
  func isAccepted(by response: ReceivedResponse) -> Bool {
    let fields = response.head.fields
    let upgrades = fields.all(named: "upgrade")
    let accepts = fields.all(named: "sec-websocket-accept")
    return response.connectionOptions.contains("upgrade")
      && upgrades.count == 1 && upgrades.first?.text?.lowercased() == "websocket"
      && accepts.count == 1 && accepts.first?.text == self.acceptance
  }

  func answerFields(_ response: ReceivedResponse, requestID: String) -> HTTPFields {
    var fields = ForwardingRules.responseFields(
      response.head.fields, connectionOptions: response.connectionOptions)
    let lines = [
      ("connection", "Upgrade"), ("upgrade", "websocket"), (FieldName.requestID, requestID),
    ]
    // These are valid names and values.
    for (name, value) in lines { try? fields.replace(name: name, value: value) }
    return fields
  }

  private var acceptance: String {
    let text = self.key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    return Data(Insecure.SHA1.hash(data: Data(text.utf8))).base64EncodedString()
  }
}
