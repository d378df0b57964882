import Glibc
import JOSE
import StrictJSON
import Testing

extension SystemTests {
  @Suite("Tokens that are bound to their sender")
  struct BoundTokenTests {
    private static func claims(_ token: String) throws -> JSONValue {
      try JSONValue(parsing: try UnverifiedJWS(compact: token).unverifiedPayload)
    }

    /// As the kernel names the executable.
    private static func realPath(_ path: String) throws -> String {
      let resolved = try #require(realpath(path, nil))
      defer { free(resolved) }
      return String(cString: resolved)
    }

    @Test("the command line makes a key, gets a token that is bound to it, and makes proofs")
    func commandLine() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let file = "\(sandbox.path)/key.pem"
          let arguments = [
            "token", "--audience", Shop.orders, "--scope", "orders:read", "--dpop-key", file,
          ]
          let first = try await dev.cli.run(arguments)
          let second = try await dev.cli.run(arguments)
          #expect(first.status == 0 && second.status == 0, "\(first.errors)\(second.errors)")
          let token = try #require(first.lines.first)
          let bound = try #require(try Self.claims(token)["cnf"]?["jkt"]?.stringValue)
          let other = try Self.claims(try #require(second.lines.first))
          #expect(other["cnf"]?["jkt"]?.stringValue == bound, "the key of the file, once made")
          #expect(try FileMode.of(file) == 0o600)

          let proof = try await dev.cli.done(
            "dpop-proof", "--dpop-key", file, "--without-token", "--nonce", "n", "GET",
            "https://orders.example.internal/orders?secret=1")
          let jws = try UnverifiedJWS(compact: try #require(proof.lines.first))
          #expect(jws.header.type == "dpop+jwt")
          let key = try #require(jws.header.parameters["jwk"]?.objectValue)
          #expect(try JSONWebKey(key).thumbprint() == bound)
          let claims = try JSONValue(parsing: jws.unverifiedPayload)
          #expect(claims["htu"]?.stringValue == "https://orders.example.internal/orders")
          #expect(claims["htm"]?.stringValue == "GET" && claims["nonce"]?.stringValue == "n")
          try await dev.cli.refused(
            1, "dpop-proof", "--dpop-key", "\(file).missing", "--without-token", "GET",
            "https://a.example/")
          try await dev.cli.refused(
            1, "dpop-proof", "--dpop-key", file, "--without-token", "GET", "a.example")
        }
      }
    }

    @Test("a key file that others may read, or that is no key, is refused and left as it is")
    func keyFiles() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let file = try sandbox.write("key.pem", "not a key\n")
          for mode in [mode_t(0o644), 0o600] {
            try #require(chmod(file, mode) == 0)
            try await dev.cli.refused(
              1, "token", "--audience", Shop.orders, "--dpop-key", file, saying: ["DPoP key"])
          }
          #expect(try Files.text(file) == "not a key\n")
        }
      }
    }

    @Test("a service that demands bound tokens is sold no other")
    func demanding() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let services = try Files.text("\(sandbox.manifests)/services.yaml")
          try sandbox.write(
            "manifests/services.yaml",
            services.replacing("anonymous: [health]", with: "senderConstraint: dpop"))
          try await dev.cli.done("apply", "-f", sandbox.manifests)
          try await dev.cli.refused(
            1, "token", "--audience", Shop.orders, "--scope", "orders:read",
            saying: ["invalid_request", "DPoP"])
          try await dev.cli.done(
            "token", "--audience", Shop.orders, "--scope", "orders:read", "--dpop-key",
            "\(sandbox.path)/key.pem")
        }
      }
    }

    @Test(
      "foreign clients get tokens bound by DPoP and by mutual TLS",
      .enabled(if: PythonClient.isAvailable, "no Python with the clients: set GATEHOUSE_PYTHON"))
    func foreign() async throws {
      try await Sandbox.with { sandbox in
        try await UpstreamService.with(sandbox) { upstream in
          try Shop(sandbox: sandbox, upstream: upstream.port).write()
          try sandbox.write(
            "manifests/python.yaml",
            Shop.workload("python", path: Self.realPath(PythonClient.interpreter)))
          try await RunningDev.with(sandbox, ["-f", sandbox.manifests, "--dpop-nonce"]) { dev in
            let mutual = try #require(dev.environment["GATEHOUSE_MTLS_URL"])
            let lines = try await PythonClient.run(
              "bound",
              [
                dev.workloadSocket, dev.issuer, "\(mutual)/oauth2/token",
                "spiffe://gatehouse.test/gatehouse/server", Shop.orders, sandbox.path,
              ], sandbox)
            #expect(
              lines == [
                "bearer Bearer [] True True", "nonce 400 use_dpop_nonce True",
                "dpop DPoP ['jkt'] True True", "again 400 invalid_dpop_proof",
                "two 400 invalid_dpop_proof", "elsewhere 400 invalid_dpop_proof",
                "tls Bearer ['x5t#S256'] True True", "both DPoP ['jkt', 'x5t#S256'] True True",
              ])
            let metadata = try await HTTPRequest(
              target: "/.well-known/oauth-authorization-server",
              fields: [("Host", dev.api.description)]
            ).send(to: .tcp(dev.api)).json
            #expect(
              metadata["mtls_endpoint_aliases"]?["token_endpoint"]?.stringValue
                == "\(mutual)/oauth2/token")
          }
        }
      }
    }
  }
}
