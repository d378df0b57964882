import Glibc
import StrictJSON
import Testing

/// A gateway without a control plane, with an issuer and a service, each a process.
final class Standalone: Sendable {
  let sandbox: Sandbox
  let process: SpawnedProcess
  let capture: (output: String, errors: String)
  let gateway: Endpoint
  let issuer: TryingIssuer

  private init(
    _ sandbox: Sandbox, _ process: SpawnedProcess, _ capture: (String, String),
    _ gateway: Endpoint, _ issuer: TryingIssuer
  ) {
    self.sandbox = sandbox
    self.process = process
    self.capture = capture
    self.gateway = gateway
    self.issuer = issuer
  }

  static func run(_ more: String = "", _ body: (Standalone) async throws -> Void) async throws {
    try await Sandbox.with { sandbox in
      try await UpstreamService.with(sandbox) { upstream in
        try await TryingIssuer.with(sandbox) { issuer in
          try Self.write(sandbox, issuer: issuer.url, upstream: upstream.port)
          if !more.isEmpty {
            try sandbox.write("gateway.yaml", Self.configuration(issuer: issuer.url) + "\n" + more)
          }
          let standalone = try await Self.start(sandbox, issuer)
          defer { standalone.process.destroy() }
          do {
            try await body(standalone)
          } catch {
            Issue.record("what the gateway wrote: \((try? standalone.errors) ?? "nothing")")
            throw error
          }
        }
      }
    }
  }

  static func start(
    _ sandbox: Sandbox, _ issuer: TryingIssuer, configuration: String = "gateway.yaml"
  ) async throws -> Standalone {
    let capture = sandbox.nextCapture("gateway")
    let process = try SpawnedProcess.start(
      Executables.gateway, ["--config", configuration], in: sandbox.path,
      output: capture.output, errors: capture.errors)
    do {
      let address = try await Waiting.value(of: "the gateway's address") { () -> String? in
        let text = try Files.text(capture.errors)
        if let ending = process.ended { throw SystemFailure("\(ending): \(text)") }
        return text.split(separator: "\n").first {
          $0.hasPrefix("gatehouse-gateway: listening on ")
        }.map(String.init)
      }
      let endpoint = Endpoint(url: "http://\(address.split(separator: " ").last ?? "")")
      return Standalone(sandbox, process, capture, endpoint, issuer)
    } catch {
      process.destroy()
      throw error
    }
  }

  var errors: String { get throws { try Files.text(self.capture.errors) } }

  static func configuration(issuer: String) -> String {
    """
    name: alone
    listen: 127.0.0.1:0
    trustDomain: example.org
    issuers:
      - issuer: \(issuer)
        permitLoopbackHTTP: true
        trustDomains: [example.org]
        refresh: {minimum: 1s, usual: 1s, maximum: 1s, coolDown: 1s}
    services: services
    policies: [policies]
    log: {folder: log/gateway, scratch: spool/gateway, origin: example.org/log/alone, keyFile: key}
    """
  }

  private static func write(_ sandbox: Sandbox, issuer: String, upstream: Int) throws {
    try sandbox.write("gateway.yaml", Self.configuration(issuer: issuer))
    try sandbox.write("services/notes.yaml", Self.service(upstream: upstream))
    try sandbox.write(
      "services/notes.openapi.yaml",
      """
      openapi: 3.1.0
      info: {title: Notes, version: "1"}
      paths:
        /today:
          get:
            operationId: readToday
            security: [{workload: ["notes:read"]}]
            responses: {"200": {description: today}}
      components:
        securitySchemes: {workload: {type: http, scheme: bearer}}
      """)
    try sandbox.write("policies/notes.cedar", Self.policy)
  }

  static func service(upstream: Int, mode: String = "enforcing") -> String {
    """
    apiVersion: gatehouse.dev/v1
    kind: Service
    metadata: {name: notes}
    spec:
      owner: notes-team
      purpose: notes
      exposure: internal
      audience: https://notes.example
      routes: [{host: notes.example}]
      upstream: http://127.0.0.1:\(upstream)
      contract: notes.openapi.yaml
      enforcement: {policy: \(mode)}
    """
  }

  static let policy = """
    permit (principal, action == Gatehouse::Action::"call", resource)
    when { context.scopes.contains("notes:read") };
    """

  static let forbidding = """
    forbid (
      principal == Gatehouse::Workload::"spiffe://example.org/app",
      action == Gatehouse::Action::"call", resource);
    """

  func call(_ token: String?) async throws -> HTTPAnswer {
    var request = HTTPRequest(target: "/today", fields: [("Host", "notes.example")])
    if let token { request.fields.append(("Authorization", "Bearer \(token)")) }
    return try await request.send(to: .tcp(self.gateway))
  }

  /// Asks until the answer has the status, and gives that answer.
  @discardableResult
  func call(_ token: String?, until status: Int) async throws -> HTTPAnswer {
    try await Waiting.value(of: "status \(status)") { () -> HTTPAnswer? in
      let answer = try await self.call(token)
      return answer.status == status ? answer : nil
    }
  }

  /// Asks the listener for those who run it.
  func admin(_ path: String) async throws -> HTTPAnswer {
    let line = try self.errors.split(separator: "\n").first { $0.contains("administration on ") }
    let address = line?.split(separator: " ").last ?? ""
    return try await HTTPRequest(target: path, fields: [("Host", "admin")]).send(
      to: .tcp(Endpoint(url: "http://\(address)")))
  }

  func written(_ text: String) async throws {
    try await Waiting.until("`\(text)` in the log") { try self.errors.contains(text) }
  }

  /// Runs `--check`, which must end with this status, and say all of this.
  func expectCheck(
    _ status: Int32, _ words: [String], at location: SourceLocation = #_sourceLocation
  ) async throws {
    let capture = self.sandbox.nextCapture("check")
    let process = try SpawnedProcess.start(
      Executables.gateway, ["--config", "gateway.yaml", "--check"], in: self.sandbox.path,
      output: capture.output, errors: capture.errors)
    #expect(try await process.end() == .exited(status), sourceLocation: location)
    let text = try Files.text(capture.output) + Files.text(capture.errors)
    for word in words {
      #expect(text.contains(word), "\(text) does not say \(word)", sourceLocation: location)
    }
    let complaints = try Files.text(capture.errors).split(separator: "\n")
    #expect(
      complaints.allSatisfy { $0.hasPrefix("gatehouse-gateway: ") }, sourceLocation: location)
  }

  /// Replaces a file in one rename.
  func replace(_ name: String, _ text: String) throws {
    let path = try self.sandbox.write("\(name).new", text)
    rename(path, "\(self.sandbox.path)/\(name)")
  }
}

/// examples/standalone/issuer.py.
struct TryingIssuer: Sendable {
  let url: String
  let process: SpawnedProcess
  private var address: SocketAddress { .tcp(Endpoint(url: self.url)) }

  static func with(_ sandbox: Sandbox, _ body: (TryingIssuer) async throws -> Void) async throws {
    let capture = sandbox.nextCapture("issuer")
    let process = try SpawnedProcess.start(
      PythonClient.interpreter,
      ["\(Executables.packageRoot)/examples/standalone/issuer.py", "--port", "0"],
      in: sandbox.path, output: capture.output, errors: capture.errors)
    defer { process.destroy() }
    let url = try await Waiting.value(of: "the issuer's address") { () -> String? in
      if process.ended != nil { throw SystemFailure(try Files.text(capture.errors)) }
      return try Files.text(capture.output).split(separator: "\n").first.map(String.init)
    }
    try await body(TryingIssuer(url: url, process: process))
  }

  func token(
    _ subject: String = "spiffe://example.org/app", scope: String = "notes:read",
    audience: String = "https://notes.example", boundTo thumbprint: String? = nil
  ) async throws -> String {
    var form = "sub=\(subject)&scope=\(scope)&audience=\(audience)"
    if let thumbprint { form += "&jkt=\(thumbprint)" }
    let answer = try await self.post("/token", form)
    return try answer.json["access_token"]?.stringValue ?? ""
  }

  @discardableResult
  func post(_ path: String, _ form: String = "") async throws -> HTTPAnswer {
    try await HTTPRequest(
      method: "POST", target: path, fields: [("Host", "issuer")], body: Array(form.utf8)
    ).send(to: self.address)
  }
}
