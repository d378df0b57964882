import Glibc
import Testing

extension SystemTests {
  @Suite(
    "A gateway without a control plane",
    .enabled(if: PythonClient.isAvailable, "no Python with the clients: set GATEHOUSE_PYTHON"))
  struct StandaloneTests {
    @Test("lets through whom its files permit, by the keys of somebody else's issuer")
    func verdicts() async throws {
      try await Standalone.run { alone in
        try await alone.call(try await alone.issuer.token(), until: 200)
        #expect(try await alone.call(nil).problem == "credential/token-missing")
        let unscoped = try await alone.issuer.token(scope: "other")
        #expect(try await alone.call(unscoped).status == 403)
        let foreign = try await alone.issuer.token("spiffe://elsewhere.example/app")
        #expect(try await alone.call(foreign).status == 401)
        let elsewhere = try await alone.issuer.token(audience: "https://other.example")
        #expect(try await alone.call(elsewhere).problem == "credential/audience-mismatch")
      }
    }

    @Test("follows new keys, forgets old ones, and goes on while the issuer is away")
    func keys() async throws {
      try await Standalone.run { alone in
        let first = try await alone.issuer.token()
        try await alone.call(first, until: 200)
        try await alone.issuer.post("/rotate")
        let second = try await alone.issuer.token()
        try await alone.call(second, until: 200)
        #expect(try await alone.call(first).status == 200)
        try await alone.issuer.post("/forget")
        #expect(try await alone.call(first, until: 401).problem == "credential/key-unknown")
        #expect(try await alone.call(second).status == 200)
        alone.issuer.process.destroy()
        try await alone.written("keys cannot be fetched")
        #expect(try await alone.call(second).status == 200)
      }
    }

    @Test("answers 503 while the issuer's keys were never there")
    func withoutKeys() async throws {
      try await Standalone.run { alone in
        let token = try await alone.issuer.token()
        alone.issuer.process.destroy()
        alone.process.destroy()
        let again = try await Standalone.start(alone.sandbox, alone.issuer)
        defer { again.process.destroy() }
        let answer = try await again.call(token)
        #expect(answer.status == 503)
        #expect(answer["retry-after"] != nil)
      }
    }

    @Test("takes a valid change, and keeps what was valid when a change is not")
    func reload() async throws {
      try await Standalone.run { alone in
        let token = try await alone.issuer.token()
        try await alone.call(token, until: 200)
        try alone.replace("policies/more.cedar", Standalone.forbidding)
        #expect(try await alone.call(token, until: 403).problem?.hasPrefix("policy/") == true)
        // Nothing of what follows opens it again.
        try await Self.breakEverything(alone, token)
        try alone.replace("policies/notes.cedar", Standalone.policy)
        unlink("\(alone.sandbox.path)/policies/more.cedar")
        try await alone.call(token, until: 200)
      }
    }

    private static func breakEverything(_ alone: Standalone, _ token: String) async throws {
      let good = try Files.text("\(alone.sandbox.path)/gateway.yaml")
      let breakages: [(name: String, text: String, word: String)] = [
        ("policies/notes.cedar", "permit (", "notes.cedar:1"),
        ("policies/notes.cedar", "", "holds no policy"),
        ("policies/more.cedar", "// nothing yet", "more.cedar:1"),
        (
          "policies/notes.cedar", "permit(principal, action, resource) when { context.nope };",
          "nope"
        ),
        ("services/other.yaml", "kind: Servce", "other.yaml"),
        ("services/notes.openapi.yaml", "openapi: 3.1.0\npaths: [", "notes.yaml"),
        ("gateway.yaml", good + "\nissuerz: []\n", "did you mean `issuers`"),
        ("gateway.yaml", String(good.prefix(good.count / 2)), "gateway.yaml"),
        ("gateway.yaml", "", "gateway.yaml"),
      ]
      for (name, text, word) in breakages {
        let path = "\(alone.sandbox.path)/\(name)"
        let before = Files.exists(path) ? try Files.text(path) : nil
        let length = try alone.errors.count
        try alone.replace(name, text)
        try await Waiting.until("a problem with \(name)") {
          let more = try alone.errors.dropFirst(length)
          return more.contains("cannot be used") && more.contains(word)
        }
        #expect(try await alone.call(token).status == 403, "\(name)")
        if let before { try alone.replace(name, before) } else { unlink(path) }
      }
    }

    @Test("waits for whoever is still writing a file")
    func halfWritten() async throws {
      try await Standalone.run { alone in
        let token = try await alone.issuer.token()
        try alone.replace("policies/more.cedar", Standalone.forbidding)
        try await alone.call(token, until: 403)
        // Truncated, and not closed: valid as it is, and it would open the route.
        let path = "\(alone.sandbox.path)/policies/more.cedar"
        let descriptor = open(path, O_WRONLY | O_TRUNC)
        let harmless = Array("permit(principal, action, resource);\n".utf8)
        _ = write(descriptor, harmless, harmless.count)
        // Another change is not taken either: they count together.
        try alone.replace("services/broken.yaml", "kind: Servce")
        // Keys come every second, as looks at the files do: each new one is known after one at least.
        for _ in 0..<4 {
          try await alone.issuer.post("/rotate")
          try await alone.call(try await alone.issuer.token(), until: 403)
        }
        #expect(try !alone.errors.contains("cannot be used"))
        close(descriptor)
        try await alone.written("cannot be used")
        #expect(try await alone.call(token).status == 403)
        unlink("\(alone.sandbox.path)/services/broken.yaml")
        try await alone.call(token, until: 200)
      }
    }

    @Test("follows a folder whose files are swapped by a symbolic link")
    func configMap() async throws {
      try await Standalone.run { alone in
        let token = try await alone.issuer.token()
        try await alone.call(token, until: 200)
        let folder = "\(alone.sandbox.path)/policies"
        try alone.sandbox.write("policies/..one/notes.cedar", Standalone.policy)
        try alone.sandbox.write(
          "policies/..two/notes.cedar", Standalone.policy + Standalone.forbidding)
        symlink("..one", "\(folder)/..data")
        symlink("..data/notes.cedar", "\(folder)/notes.link")
        rename("\(folder)/notes.link", "\(folder)/notes.cedar")
        symlink("..two", "\(folder)/..data_tmp")
        rename("\(folder)/..data_tmp", "\(folder)/..data")
        try await alone.call(token, until: 403)
      }
    }

    @Test("reads its files at once when it is told to")
    func hangUp() async throws {
      try await Standalone.run { alone in
        let token = try await alone.issuer.token()
        try await alone.call(token, until: 200)
        try alone.replace("policies/more.cedar", Standalone.forbidding)
        alone.process.signal(SIGHUP)
        try await alone.call(token, until: 403)
        #expect(alone.process.ended == nil)
      }
    }

    @Test("--check names every problem with file and line, and starts nothing")
    func check() async throws {
      try await Standalone.run { alone in
        try await alone.expectCheck(0, ["can be used"])
        try alone.replace(
          "gateway.yaml",
          Standalone.configuration(issuer: alone.issuer.url)
            .replacing("trustDomains: [example.org]", with: "trustDomain: [example.org]")
            .replacing("policies: [policies]", with: "policys: [policies]"))
        try await alone.expectCheck(
          1,
          [
            "gateway.yaml:7: issuers[0]: unknown field `trustDomain`; did you mean `trustDomains`?",
            "unknown field `policys`; did you mean `policies`?", "`policies` is missing",
          ])
        try alone.replace(
          "gateway.yaml", Standalone.configuration(issuer: alone.issuer.url))
        try alone.replace(
          "policies/notes.cedar", "permit(principal, action, resource)\nwhen { 7 };")
        try alone.replace("services/more.yaml", "kind: Service\n")
        try await alone.expectCheck(1, ["services/more.yaml:1"])
        unlink("\(alone.sandbox.path)/services/more.yaml")
        try await alone.expectCheck(1, ["policies/notes.cedar:2"])
      }
    }
  }
}
