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
  public var reasonPhrase: String { phrase.description }

  /// The same, without making a text.
  var phrase: StaticString {
    switch code {
    case 100: "Continue"
    case 101: "Switching Protocols"
    case 102: "Processing"
    case 103: "Early Hints"
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 203: "Non-Authoritative Information"
    case 204: "No Content"
    case 205: "Reset Content"
    case 206: "Partial Content"
    case 207: "Multi-Status"
    case 208: "Already Reported"
    case 226: "IM Used"
    case 300: "Multiple Choices"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 305: "Use Proxy"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 402: "Payment Required"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 407: "Proxy Authentication Required"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 411: "Length Required"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 416: "Range Not Satisfiable"
    case 417: "Expectation Failed"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 423: "Locked"
    case 424: "Failed Dependency"
    case 425: "Too Early"
    case 426: "Upgrade Required"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 451: "Unavailable For Legal Reasons"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    case 506: "Variant Also Negotiates"
    case 507: "Insufficient Storage"
    case 508: "Loop Detected"
    case 511: "Network Authentication Required"
    default: ""
    }
  }
}
