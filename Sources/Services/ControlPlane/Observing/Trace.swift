package import StrictJSON

/// The story of one credential: evidence, credential, requests, revocation. The JSON form is the
/// contract of `gatehouse trace -o json`.
package struct Trace: Sendable {
  package var json: JSONObject

  package init(json: JSONObject) {
    self.json = json
  }
}

/// How the control plane is doing. The JSON form is what `gatehouse status -o json` prints.
package struct Status: Sendable {
  package var json: JSONObject

  package init(json: JSONObject) {
    self.json = json
  }
}
