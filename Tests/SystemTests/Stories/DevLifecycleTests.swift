import Glibc
import StrictJSON
import Testing

extension SystemTests {
  @Suite("The life of gatehouse dev")
  struct DevLifecycleTests {
    @Test("dev.env is there only while everything serves, and ports outlast a restart")
    func environmentFile() async throws {
      try await Sandbox.with { sandbox in
        try Shop(sandbox: sandbox, upstream: 9).write()
        // One that a killed server left behind is gone before anything else happens.
        try sandbox.write(".gatehouse/dev.env", "GATEHOUSE_PID=1\n")
        let first = try await RunningDev.with(sandbox, ["-f", "manifests"]) { dev in
          let names: Set = [
            "GATEHOUSE_URL", "GATEHOUSE_ISSUER", "GATEHOUSE_TRUST_DOMAIN", "GATEHOUSE_GATEWAY_URL",
            "GATEHOUSE_MTLS_URL", "GATEHOUSE_ADMIN_SOCKET", "SPIFFE_ENDPOINT_SOCKET", "GATEHOUSE_PID",
          ]
          #expect(Set(dev.environment.keys) == names)
          #expect(dev.environment["GATEHOUSE_TRUST_DOMAIN"] == "gatehouse.test")
          #expect(
            dev.environment["SPIFFE_ENDPOINT_SOCKET"] == "unix://\(sandbox.state)/workload.sock")
          #expect(dev.adminSocket == "\(sandbox.state)/admin/admin.sock")
          try await Self.everythingServes(dev)
          try Self.modes(sandbox)
          return dev.environment
        }
        #expect(!Files.exists("\(sandbox.state)/dev.env"))
        #expect(!Files.exists("\(sandbox.state)/workload.sock"))
        try await RunningDev.with(sandbox) { dev in
          var second = dev.environment
          second["GATEHOUSE_PID"] = first["GATEHOUSE_PID"]
          #expect(second == first)
          // And what was applied is still there.
          let table = try await dev.cli.done("get", "workloads")
          #expect(table.lines.count == 3)
        }
      }
    }

    private static func everythingServes(_ dev: RunningDev) async throws {
      let paths = [
        "/live", "/ready", "/keys", "/spiffe/bundle", "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server", "/svid/keys",
        "/svid/.well-known/openid-configuration", "/metrics",
      ]
      for path in paths {
        let request = HTTPRequest(target: path, fields: [("Host", dev.api.description)])
        #expect(try await request.send(to: .tcp(dev.api)).status == 200, "\(path)")
      }
      #expect(try await dev.call().status == 401)
      let configuration = try await HTTPRequest(
        target: "/.well-known/openid-configuration", fields: [("Host", dev.api.description)]
      ).send(to: .tcp(dev.api)).json
      #expect(configuration["issuer"]?.stringValue == dev.issuer)
      // Three sets of keys, and none shares a key.
      var names: [String] = []
      for path in ["/keys", "/svid/keys"] {
        let keys =
          try await HTTPRequest(target: path, fields: [("Host", dev.api.description)])
          .send(to: .tcp(dev.api)).json["keys"]?.elements ?? []
        #expect((1...3).contains(keys.count))
        #expect(keys.allSatisfy { $0["use"]?.stringValue == "sig" && $0["d"] == nil })
        names += keys.compactMap { $0["kid"]?.stringValue }
      }
      #expect(Set(names).count == names.count)
    }

    private static func modes(_ sandbox: Sandbox) throws {
      #expect(try FileMode.of("\(sandbox.state)/secrets") & 0o777 == 0o700)
      #expect(try FileMode.of("\(sandbox.state)/admin") & 0o777 == 0o700)
      #expect(try FileMode.of("\(sandbox.state)/admin/admin.sock") & 0o777 == 0o600)
      // Every local user may connect, which takes the right to write.
      #expect(try FileMode.of("\(sandbox.state)/workload.sock") & 0o666 == 0o666)
      #expect(try FileMode.of("\(sandbox.state)/records.sqlite") & 0o777 == 0o600)
      for file in try Files.all(below: "\(sandbox.state)/secrets") {
        #expect(try FileMode.of(file) == 0o600, "\(file)")
      }
    }

    @Test("a second server on the same state refuses, and disturbs nothing")
    func secondServer() async throws {
      try await Sandbox.with { sandbox in
        try await RunningDev.with(sandbox) { dev in
          let file = try Files.text("\(sandbox.state)/dev.env")
          try await dev.cli.refusal(
            1, RunningDev.arguments(sandbox), saying: ["another", "--state"])
          #expect(try Files.text("\(sandbox.state)/dev.env") == file)
          try await dev.cli.done("status")
        }
      }
    }

    @Test("what is fixed at the first start cannot be changed later")
    func fixedSettings() async throws {
      try await Sandbox.with { sandbox in
        let port = try await RunningDev.with(sandbox, ["--trust-domain", "one.example"]) { dev in
          #expect(dev.environment["GATEHOUSE_TRUST_DOMAIN"] == "one.example")
          return dev.api.port
        }
        let cli = CLI(sandbox: sandbox)
        try await cli.refusal(
          1, RunningDev.arguments(sandbox, ["--trust-domain", "two.example"]),
          saying: ["one.example"])
        let other = port == 65535 ? port - 1 : port + 1
        try await cli.refused(
          1, "dev", "--state", sandbox.state, "--api-listen", "127.0.0.1:\(other)",
          saying: ["127.0.0.1:\(port)"])
        try await RunningDev.with(sandbox) { dev in
          #expect(dev.environment["GATEHOUSE_TRUST_DOMAIN"] == "one.example")
          #expect(dev.api.port == port)
        }
      }
    }

    @Test("a state folder too deep for sockets is refused with the limit")
    func longPath() async throws {
      try await Sandbox.with { sandbox in
        let deep = "\(sandbox.path)/\(String(repeating: "d", count: 90))"
        let outcome = try await CLI(sandbox: sandbox).refused(
          1, "dev", "--state", deep, saying: ["107", "--state"])
        #expect(outcome.complaints.count == 1)
      }
    }

    @Test("only a loopback address is served in plain http")
    func publicAddress() async throws {
      try await Sandbox.with { sandbox in
        try await CLI(sandbox: sandbox).refused(
          1, "dev", "--state", sandbox.state, "--api-listen", "0.0.0.0:0", saying: ["loopback"])
      }
    }

    /// Something done to a file of a stopped state, and what the refusal must say.
    struct Damage: Sendable, CustomTestStringConvertible {
      let testDescription: String
      let file: String
      let words: [String]
      let apply: @Sendable (_ path: String) throws -> Void
    }

    private static let key = "secrets/key-encryption-key"
    private static let records = "records.sqlite"

    static let damages = [
      Damage(testDescription: "a key that others may read", file: key, words: ["chmod 600"]) {
        chmod($0, 0o644)
      },
      Damage(testDescription: "a missing key", file: key, words: ["missing", "put it back"]) {
        unlink($0)
      },
      Damage(testDescription: "another key", file: key, words: ["put the key file"]) {
        try Disk.overwrite($0, [UInt8](repeating: 7, count: 32))
      },
      Damage(testDescription: "a key that is too short", file: key, words: ["32"]) {
        try Disk.overwrite($0, [1, 2, 3])
      },
      Damage(testDescription: "no database", file: records, words: [records]) {
        let bytes = try Files.bytes($0)
        try Disk.overwrite($0, [UInt8](repeating: 0xA5, count: 4096) + bytes.dropFirst(4096))
      },
      Damage(testDescription: "a database cut short", file: records, words: [records]) {
        try Disk.overwrite($0, Array(try Files.bytes($0).prefix(100)))
      },
      Damage(testDescription: "damage within the database", file: records, words: [records]) {
        let bytes = try Files.bytes($0)
        let noise = [UInt8](repeating: 0xA5, count: bytes.count - 4096)
        try Disk.overwrite($0, bytes.prefix(4096) + noise)
      },
      Damage(testDescription: "a newer database", file: records, words: ["newer"]) {
        // `user_version` is the big-endian number at offset 60 of the file.
        var bytes = try Files.bytes($0)
        bytes.replaceSubrange(60..<64, with: [0, 0, 0x7F, 0])
        try Disk.overwrite($0, bytes)
      },
      Damage(testDescription: "open records", file: records, words: ["chmod 600"]) {
        chmod($0, 0o644)
      },
    ]

    @Test("a state that is not as it should be is refused and left alone", arguments: damages)
    func damagedState(damage: Damage) async throws {
      try await Sandbox.with { sandbox in
        try Shop(sandbox: sandbox, upstream: 9).write()
        try await RunningDev.with(sandbox, ["-f", "manifests"]) { _ in }
        let path = "\(sandbox.state)/\(damage.file)"
        let kept = "\(sandbox.path)/kept"
        try Files.copy(path, to: kept)
        try damage.apply(path)
        let damaged = try? Files.bytes(path)
        let refused = try await CLI(sandbox: sandbox).refusal(
          1, RunningDev.arguments(sandbox), saying: damage.words)
        #expect(refused.complaints.count == 1, "\(refused.errors)")
        #expect(!Files.exists("\(sandbox.state)/dev.env"))
        let isUnchanged = damaged == (try? Files.bytes(path))
        #expect(isUnchanged)
        // With the one file as it was, everything is as it was.
        try Files.copy(kept, to: path)
        try await RunningDev.with(sandbox) { dev in
          let table = try await dev.cli.done("get", "workloads")
          #expect(table.lines.count == 3)
        }
      }
    }

    @Test("the gateway holds no lock, no database and no socket of its parent")
    func inheritance() async throws {
      try await Sandbox.with { sandbox in
        try await RunningDev.with(sandbox) { dev in
          let gateway = try #require(dev.gatewayPID)
          let held = ProcessFiles.descriptors(of: gateway)
          #expect(!held.isEmpty)
          let own = [
            "\(sandbox.state)/lock", "\(sandbox.state)/records.sqlite", "index.sqlite",
            "\(sandbox.state)/log/server", "key-encryption-key",
          ]
          for path in own { #expect(!held.contains { $0.contains(path) }, "\(path)") }
          let listening = try ProcessFiles.listeningSockets()
          let parents = Set(ProcessFiles.descriptors(of: dev.process.pid)).intersection(listening)
          #expect(parents.count >= 4)
          #expect(parents.isDisjoint(with: held))
        }
      }
    }

    @Test("the gateway's identity is for the gateway's process only")
    func reservedIdentity() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          // Even the server's own executable earns only what it is registered for.
          let fetched = try await dev.cli.done("svid", "fetch")
          #expect(fetched.output.contains(Shop.checkout))
          #expect(!fetched.output.contains("/gatehouse/gateway"))
          try await dev.cli.refused(
            1, "token", "--audience", Shop.orders, "--spiffe-id",
            "spiffe://gatehouse.test/gatehouse/gateway")
          try sandbox.write(
            "bad/gateway.yaml",
            Shop.workload("gateway").replacing("/shop/gateway", with: "/gatehouse/gateway"))
          try await dev.cli.refused(1, "apply", "-f", "bad", saying: ["gateway.yaml:5"])
        }
      }
    }
  }
}

/// Files as somebody with access to the disk changes them.
enum Disk {
  static func overwrite(_ path: String, _ bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFailure("cannot open \(path)") }
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      throw SystemFailure("cannot write \(path)")
    }
  }
}
