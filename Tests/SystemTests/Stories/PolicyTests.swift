import StrictJSON
import Testing

extension SystemTests {
  @Suite("Policies by the command line")
  struct PolicyTests {
    @Test("a decision is explained with file, line, what was read and what would have to differ")
    func explain() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let token = try await dev.token(scopes: ["orders:write"])
          let answer = try await dev.call("DELETE", "/orders/7", token: token)
          #expect(answer.status == 403)
          let json = try await dev.cli.done("policy", "explain", answer.requestID, "-o", "json")
            .json
          #expect(json["decision"]?.stringValue == "deny")
          #expect(json["stage"]?.stringValue == "policy")
          let policy = json["policies"]?.elements.first
          #expect(policy?["id"]?.stringValue == "call/nobody-deletes")
          #expect(policy?["file"]?.stringValue == "call.cedar")
          #expect(policy?["line"]?.integerValue == 15)
          #expect(json["wouldHaveToDiffer"]?.elements.isEmpty == false)
          let text = try await dev.cli.done("policy", "explain", answer.requestID).output
          #expect(text.contains("call.cedar:15"))
          let refused = try await dev.call(token: nil)
          let early = try await dev.cli.done("policy", "explain", refused.requestID).output
          #expect(early.contains("an earlier check decided"))
          try await dev.cli.refused(1, "policy", "explain", "never-seen")
        }
      }
    }

    @Test("a policy in shadow changes nothing, and is told of; posture is read by the next request")
    func shadow() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          try sandbox.write("trial/trial.cedar", Self.trial)
          try await dev.cli.done("apply", "-f", "trial")
          let token = try await dev.token()
          #expect(try await dev.call(token: token).status == 200)
          let report = try await dev.cli.done("policy", "shadow-report", "-o", "json").json
          let policy = report["policies"]?.elements.first
          #expect(policy?["id"]?.stringValue == "trial/encrypted")
          #expect(policy?["wouldDeny"]?.integerValue == 1)
          try await dev.cli.done("posture", "set", Shop.checkout, "diskEncryption=on")
          #expect(try await dev.call(token: token).status == 200)
          let after = try await dev.cli.done("policy", "shadow-report", "-o", "json").json
          #expect(after["decisions"]?.integerValue == 1)
          // In force, it decides by the same fact.
          try sandbox.write(
            "trial/trial.cedar", Self.trial.replacing("@mode(\"shadow\")", with: ""))
          try await dev.cli.done("apply", "-f", "trial")
          #expect(try await dev.call(token: token).status == 200)
          try await dev.cli.done("posture", "set", Shop.checkout, "diskEncryption=off")
          #expect(try await dev.call(token: token).status == 403)
        }
      }
    }

    @Test("a candidate is replayed, and what it would change is what it changes when applied")
    func replay() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let token = try await dev.token()
          let answer = try await dev.call(token: token)
          try sandbox.write("candidate/issue.cedar", Shop.issue)
          try sandbox.write("candidate/call.cedar", "forbid (principal, action, resource);")
          let json = try await dev.cli.done(
            "policy", "replay", "-f", "candidate", "-o", "json"
          ).json
          let changes = json["changes"]?.elements ?? []
          #expect(changes.contains { $0["id"]?.stringValue == answer.requestID })
          #expect(json["notReplayable"]?.elements.isEmpty == true, "\(json)")
          #expect(try await dev.call(token: token).status == 200)
          try await dev.cli.done("apply", "-f", "candidate")
          #expect(try await dev.call(token: token).status == 403)
        }
      }
    }

    @Test("suggested policies, alone in force, let the same traffic pass and nothing else")
    func suggest() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let before = try await dev.token()
          #expect(try await dev.call(token: before).status == 200)
          let unused = try await dev.cli.done("policy", "unused").output
          #expect(unused.contains("call/nobody-deletes"))
          #expect(!unused.contains("call/shop-calls"))
          let text = try await dev.cli.done("policy", "suggest", "--workload", Shop.checkout).output
          try sandbox.write("manifests/call.cedar", text)
          try sandbox.write("manifests/issue.cedar", "// nothing more\n")
          try await dev.cli.done("policy", "check", "manifests")
          try await dev.cli.done("apply", "-f", "manifests")
          let token = try await dev.token()
          #expect(try await dev.call(token: token).status == 200)
          #expect(try await dev.call("GET", "/healthz").status == 403)
          try await dev.cli.refused(
            1, "token", "--audience", Shop.orders, "--scope", "orders:write")
        }
      }
    }

    @Test("reach lists what a workload may call, and a dry run what a change adds and removes")
    func reach() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          let json = try await dev.cli.done("reach", Shop.checkout, "-o", "json").json
          let operations = Set(
            (json["operations"]?.elements ?? []).map {
              "\($0["service"]?.stringValue ?? "")/\($0["operation"]?.stringValue ?? "")"
            })
          #expect(operations.contains("orders/listOrders"))
          #expect(!operations.contains("orders/deleteOrder"))
          #expect(operations.contains("brief/deleteOrder"))
          try sandbox.write("less/call.cedar", "// nobody calls\n")
          let dry = try await dev.cli.done("apply", "-f", "less", "--dry-run").output
          #expect(dry.contains("reach: -"), "\(dry)")
          #expect(dry.contains(" in test"))
          #expect(try await dev.call(token: dev.token()).status == 200)
          try await dev.cli.refused(1, "reach", "spiffe://gatehouse.test/nobody")
          try await dev.cli.refused(2, "reach", "nobody")
        }
      }
    }

    @Test("a policy that the schema does not allow refuses the whole change, with its place")
    func strict() async throws {
      try await Sandbox.with { sandbox in
        try await Shop.run(sandbox) { dev in
          try sandbox.write("wrong/good.cedar", "forbid (principal, action, resource);")
          try sandbox.write(
            "wrong/bad.cedar",
            "permit (principal, action, resource)\nwhen { principal.ownr == \"x\" };\n")
          try await dev.cli.refused(
            1, "apply", "-f", "wrong", saying: ["bad.cedar:2:", "did you mean `owner`?"])
          #expect(try await dev.call(token: dev.token()).status == 200)
          let checked = try await dev.cli("policy", "check", "wrong")
          #expect(checked.status == 1)
          #expect(checked.output.contains("bad.cedar:2:"))
        }
      }
    }

    @Test("files alone decide a request, as Cedar says")
    func authorize() async throws {
      try await Sandbox.with { sandbox in
        try sandbox.write("p.cedar", Self.filePolicies)
        try sandbox.write("s.cedarschema", Self.fileSchema)
        try sandbox.write(
          "e.json", #"[{"uid": {"type": "User", "id": "ann"}, "attrs": {"age": 7}, "parents": []}]"#
        )
        try sandbox.write(
          "r.json",
          #"{"principal": "User::\"ann\"", "action": "Action::\"read\"", "resource": "Doc::\"d\""}"#
        )
        let cli = CLI(sandbox: sandbox)
        let files = ["policy", "authorize", "--policies", "p.cedar", "--entities", "e.json"]
        let allowed = try await cli.run(
          files + ["--schema", "s.cedarschema", "--request", "r.json", "-o", "json"])
        #expect(allowed.status == 0, "\(allowed.errors)")
        #expect(try allowed.json["decision"]?.stringValue == "allow")
        #expect(try allowed.json["reasons"]?.texts == ["readers"])
        #expect(try allowed.json["errors"]?.elements.count == 0)
        try sandbox.write("r.json", "{\"principal\": 3}")
        try await cli.refusal(1, files + ["--request", "r.json"], saying: ["r.json:1:"])
        try await cli.refusal(1, files + ["--request", "nowhere.json"], saying: ["nowhere.json"])
      }
    }

    private static let trial = """
      @id("encrypted") @mode("shadow")
      forbid (
        principal,
        action == Gatehouse::Action::"call",
        resource == Gatehouse::Operation::"orders/listOrders"
      )
      unless {
        context.posture has diskEncryption && context.posture.diskEncryption.value == "on" &&
        context.posture.diskEncryption.age < 3600
      };

      """

    private static let filePolicies = """
      @id("readers")
      permit (principal, action == Action::"read", resource) when { principal.age < 9 };

      """

    private static let fileSchema = """
      entity User { age: Long };
      entity Doc;
      action read appliesTo { principal: [User], resource: [Doc], context: {} };

      """
  }
}
