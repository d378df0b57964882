import FoundationEssentials
import Glibc
import StrictJSON
import Testing

extension SystemTests {
  @Suite(
    "How a gateway listens",
    .enabled(if: PythonClient.isAvailable, "no Python with the clients: set GATEHOUSE_PYTHON"))
  struct ListeningTests {
    private static let tls = """
      tls:
        certificates:
          - {chain: notes.pem, key: notes.key}
          - {chain: other.pem, key: other.key}
      """

    /// A gateway whose certificates are there before it starts.
    private func secured(_ body: (Standalone, Tool) async throws -> Void) async throws {
      try await Standalone.run { plain in
        plain.process.destroy()
        let tool = Tool(sandbox: plain.sandbox)
        try await tool.certificate("notes", for: "notes.example")
        try await tool.certificate("other", for: "other.example")
        let text = Standalone.configuration(issuer: plain.issuer.url) + "\n" + Self.tls
        try plain.sandbox.write("gateway.yaml", text)
        let alone = try await Standalone.start(plain.sandbox, plain.issuer)
        defer { alone.process.destroy() }
        try await body(alone, tool)
      }
    }

    /// What `curl` says of version, status and whether the certificate is the expected one.
    private func ask(
      _ alone: Standalone, _ tool: Tool, host: String, _ more: [String], token: String
    ) async throws -> String {
      let port = alone.gateway.port
      return try await tool(
        "curl",
        [
          "--silent", "--output", "/dev/null", "--write-out", "%{http_version} %{http_code}",
          "--cacert", "\(host.prefix { $0 != "." }).pem",
          "--resolve", "\(host):\(port):127.0.0.1", "--header", "Authorization: Bearer \(token)",
        ] + more + ["https://\(host):\(port)/today"])
    }

    @Test("TLS: HTTP/2 and 1.1 by ALPN, and a host of another certificate is misdirected")
    func tls() async throws {
      try await self.secured { alone, tool in
        let token = try await alone.issuer.token()
        try await Waiting.until("the issuer's keys") {
          try await self.ask(alone, tool, host: "notes.example", [], token: token) == "2 200"
        }
        let old = ["--http1.1"]
        #expect(
          try await self.ask(alone, tool, host: "notes.example", old, token: token) == "1.1 200")
        let astray = ["--header", "Host: notes.example"]
        #expect(
          try await self.ask(alone, tool, host: "other.example", astray, token: token) == "2 421")
        #expect(
          try await self.ask(alone, tool, host: "other.example", [], token: token) == "2 404")
      }
    }

    @Test("a certificate is replaced while the gateway runs, and a broken file replaces nothing")
    func certificates() async throws {
      try await self.secured { alone, tool in
        let token = try await alone.issuer.token()
        try await tool.certificate("new", for: "notes.example")
        for ending in ["key", "pem"] {
          rename("\(tool.sandbox.path)/new.\(ending)", "\(tool.sandbox.path)/notes.\(ending)")
        }
        try await alone.written("server certificate replaced")
        // `curl` trusts the new one only.
        let answer = try await self.ask(alone, tool, host: "notes.example", [], token: token)
        #expect(answer.hasPrefix("2 "))
        try Files.copy("\(tool.sandbox.path)/notes.pem", to: "\(tool.sandbox.path)/kept.pem")
        try tool.sandbox.write("notes.pem", "none")
        try await alone.written("server certificate not replaced")
        let kept = try await self.ask(
          alone, tool, host: "notes.example", ["--cacert", "kept.pem"], token: token)
        #expect(kept.hasPrefix("2 "))
      }
    }

    @Test("HTTP/2 with prior knowledge is taken on the plain port")
    func priorKnowledge() async throws {
      try await Standalone.run { alone in
        let token = try await alone.issuer.token()
        try await alone.call(token, until: 200)
        let answer = try await Tool(sandbox: alone.sandbox)(
          "curl",
          [
            "--silent", "--output", "/dev/null", "--write-out", "%{http_version} %{http_code}",
            "--http2-prior-knowledge", "--header", "Host: notes.example",
            "--header", "Authorization: Bearer \(token)", "http://\(alone.gateway)/today",
          ])
        #expect(answer == "2 200")
      }
    }

    private static let observed = """
      admin: {listen: "127.0.0.1:0"}
      accessLog: {file: access.log}
      """

    @Test(
      "its runners are told whether it is ready, what is in force, and what is wrong with files")
    func administration() async throws {
      try await Standalone.run(Self.observed) { alone in
        try await alone.call(try await alone.issuer.token(), until: 200)
        #expect(try await alone.admin("/live").status == 200)
        let ready = try await alone.admin("/ready")
        #expect(ready.status == 200)
        #expect(try ready.json == ["status": "ready", "reasons": [], "concerns": []])
        #expect(try await alone.admin("/metrics").text.contains("outcome=\"allowed\"} 1\n"))
        let shown = try await alone.admin("/config").json
        #expect(shown["files"]?["accepted"]?.integerValue == 1)
        #expect(shown["followedKeys"]?.arrayValue?.first?["state"]?.stringValue == "available")
        try alone.replace("policies/more.cedar", "permit(")
        try await Waiting.until("the concern") {
          try await alone.admin("/ready").text.contains("files-rejected")
        }
        // What was in force before stays, so that it goes on being asked.
        let concerned = try await alone.admin("/ready")
        #expect(concerned.status == 200)
        #expect(concerned.text.contains("more.cedar:1"))
        alone.issuer.process.destroy()
        try await Waiting.until("the other concern") {
          try await alone.admin("/ready").text.contains("keys-not-refreshed")
        }
      }
    }

    @Test("the access log has a line for each request, and goes on in a new file after SIGHUP")
    func accessLog() async throws {
      try await Standalone.run(Self.observed) { alone in
        let (log, moved) = ("\(alone.sandbox.path)/access.log", "\(alone.sandbox.path)/access.1")
        let first = try await alone.call(nil)
        try await Waiting.until("its line") { try Files.text(log).contains(first.requestID) }
        rename(log, moved)
        alone.process.signal(SIGHUP)
        try await Waiting.until("a new file") { Files.exists(log) }
        let second = try await alone.call(nil)
        try await Waiting.until("its line") { try Files.text(log).contains(second.requestID) }
        #expect(try !Files.text(moved).contains(second.requestID))
        #expect(try !Files.text(log).contains(first.requestID))
      }
    }

    /// Half a request on a connection of its own.
    private final class HalfRequest: Sendable {
      private let socket: Socket

      init(_ alone: Standalone) throws {
        self.socket = try Socket(to: .tcp(alone.gateway))
        try self.socket.send(Array("GET /today HTTP/1.1\r\nHost: notes.example\r\n".utf8))
      }

      /// Sends the other half; what the answer begins with.
      func finish(token: String) async throws -> String {
        try self.socket.send(Array("Authorization: Bearer \(token)\r\n\r\n".utf8))
        return try await Blocking.run {
          String(decoding: try self.socket.receive(), as: UTF8.self)
        }
      }
    }

    @Test("listens elsewhere when its file says so, and ends what is under way")
    func move() async throws {
      try await Standalone.run { alone in
        let token = try await alone.issuer.token()
        try await alone.call(token, until: 200)
        let half = try HalfRequest(alone)
        let text = Standalone.configuration(issuer: alone.issuer.url)
        try alone.replace(
          "gateway.yaml", text.replacing("listen: 127.0.0.1:0", with: "listen: 127.0.0.2:0"))
        try await alone.written("listening on 127.0.0.2:")
        try await Waiting.until("nobody at the old address") {
          (try? await alone.call(token)) == nil
        }
        #expect(try await half.finish(token: token).hasPrefix("HTTP/1.1 200 "))
        let line = try #require(
          try alone.errors.split(separator: "\n").last { $0.contains("listening on 127.0.0.2:") })
        let request = HTTPRequest(
          target: "/today",
          fields: [("Host", "notes.example"), ("Authorization", "Bearer \(token)")])
        let address = Endpoint(url: "http://\(line.split(separator: " ").last ?? "")")
        #expect(try await request.send(to: .tcp(address)).status == 200)
      }
    }

    @Test("a second process takes over the port, and the first ends what it has")
    func takeOver() async throws {
      try await Standalone.run { first in
        let token = try await first.issuer.token()
        try await first.call(token, until: 200)
        let half = try HalfRequest(first)
        let text = Standalone.configuration(issuer: first.issuer.url)
          .replacing("127.0.0.1:0", with: "127.0.0.1:\(first.gateway.port)")
          .replacing("log/gateway", with: "log/next").replacing("spool/gateway", with: "spool/next")
          .replacing("keyFile: key", with: "keyFile: key-next")
        try first.sandbox.write("next.yaml", text)
        let second = try await Standalone.start(
          first.sandbox, first.issuer, configuration: "next.yaml")
        defer { second.process.destroy() }
        first.process.signal(SIGTERM)
        #expect(try await half.finish(token: token).hasPrefix("HTTP/1.1 200 "))
        #expect(try await first.process.end() == .exited(0))
        try await second.call(token, until: 200)
        for _ in 0..<20 { #expect(try await second.call(token).status == 200) }
      }
    }
  }
}
