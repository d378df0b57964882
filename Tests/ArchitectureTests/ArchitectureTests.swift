import Testing

@Suite struct ArchitectureTests {
  @Test("the sources keep every rule of the architecture")
  func ownSources() throws {
    let tree = try Tree.own()
    #expect(tree.files.count > 100 && tree.manifest.entries.count > 20, "the tree was found")
    for violation in tree.violations { Issue.record("\(violation)") }
  }

  @Test("the gateway links neither issuing nor key custody, by imports and by the manifest")
  func gatewayClosure() throws {
    let closure = try Tree.own().closure(of: "gatehouse-gateway")
    #expect(closure.contains("Gateway") && closure.contains("SPIFFE"), "the closure was found")
    for target in ["Issuance", "KeyCustody", "ControlPlane", "ControlPlaneServer"] {
      #expect(!closure.contains(target))
    }
  }

  @Test("every arrow has a reason, and points between targets that exist in the table")
  func table() {
    for arrow in arrows {
      #expect(!arrow.reason.isEmpty && !arrow.to.isEmpty)
      if case .target(let name) = arrow.from { #expect(homes[name] != nil, "\(name)") }
    }
  }

  @Test("no arrow points upward")
  func direction() throws {
    let order: [Layer] = [.standards, .domain, .storage, .services, .edges, .programs, .testKits]
    for arrow in arrows {
      let from: Layer =
        switch arrow.from {
        case .layer(let layer): layer
        case .target(let name): try #require(homes[name])
        }
      for target in arrow.to {
        guard let to = homes[target] else { continue }
        let below =
          try #require(order.firstIndex(of: to)) <= (try #require(order.firstIndex(of: from)))
        #expect(below, "\(from.rawValue) -> \(target)")
      }
    }
    for (target, layer) in homes where layer == .storage && target.hasSuffix("SQLiteStore") {
      let users = arrows.filter { $0.to.contains(target) }.map(\.from)
      #expect(users == [.layer(.programs)])
    }
  }
}
