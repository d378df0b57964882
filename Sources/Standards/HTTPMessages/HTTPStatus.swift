/// A status code, RFC 9110 section 15: 100 to 599.
public struct HTTPStatus: Sendable, Hashable {
  public let code: Int

  /// The status with this code, or nil outside 100 to 599.
  public init?(code: Int) {
    guard (100...599).contains(code) else { return nil }
    self.code = code
  }

  private init(known code: Int) { self.code = code }

  public static let `continue` = HTTPStatus(known: 100)
  public static let switchingProtocols = HTTPStatus(known: 101)
  public static let ok = HTTPStatus(known: 200)
  public static let created = HTTPStatus(known: 201)
  public static let accepted = HTTPStatus(known: 202)
  public static let noContent = HTTPStatus(known: 204)
  public static let notModified = HTTPStatus(known: 304)
  public static let badRequest = HTTPStatus(known: 400)
  public static let unauthorized = HTTPStatus(known: 401)
  public static let forbidden = HTTPStatus(known: 403)
  public static let notFound = HTTPStatus(known: 404)
  public static let methodNotAllowed = HTTPStatus(known: 405)
  public static let requestTimeout = HTTPStatus(known: 408)
  public static let contentTooLarge = HTTPStatus(known: 413)
  public static let uriTooLong = HTTPStatus(known: 414)
  public static let unsupportedMediaType = HTTPStatus(known: 415)
  public static let misdirectedRequest = HTTPStatus(known: 421)
  public static let tooManyRequests = HTTPStatus(known: 429)
  public static let requestHeaderFieldsTooLarge = HTTPStatus(known: 431)
  public static let internalServerError = HTTPStatus(known: 500)
  public static let notImplemented = HTTPStatus(known: 501)
  public static let badGateway = HTTPStatus(known: 502)
  public static let serviceUnavailable = HTTPStatus(known: 503)
  public static let gatewayTimeout = HTTPStatus(known: 504)
  public static let httpVersionNotSupported = HTTPStatus(known: 505)

  /// Whether the response is interim, RFC 9110 section 15.2.
  public var isInformational: Bool { code < 200 }

  /// Whether a response with this status never has content, RFC 9112 section 6.3.
  public var excludesContent: Bool { code < 200 || code == 204 || code == 304 }

  /// The registered reason phrase, or an empty text for a code without one.
  public var reasonPhrase: String { Self.phrases[code] ?? "" }

  private static let phrases: [Int: String] = [
    100: "Continue", 101: "Switching Protocols", 102: "Processing", 103: "Early Hints",
    200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information",
    204: "No Content", 205: "Reset Content", 206: "Partial Content", 207: "Multi-Status",
    208: "Already Reported", 226: "IM Used",
    300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other",
    304: "Not Modified", 305: "Use Proxy", 307: "Temporary Redirect", 308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
    411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large",
    414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable",
    417: "Expectation Failed", 421: "Misdirected Request", 422: "Unprocessable Content",
    423: "Locked", 424: "Failed Dependency", 425: "Too Early", 426: "Upgrade Required",
    428: "Precondition Required", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
    506: "Variant Also Negotiates", 507: "Insufficient Storage", 508: "Loop Detected",
    511: "Network Authentication Required",
  ]
}
